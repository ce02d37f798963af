import { appEntry, containerId, isUp, type App } from './appEntry.ts';
import { objectAt, queryMethod, textAt, type Method, type Methods, type Param } from './calls.ts';
import { callError, errno, validationErrors, type Wrong } from './errors.ts';
import type { Update } from './hub.ts';
import type { JobHandle, JobSpec } from './jobs.ts';
import type { AppState, AppUsage, GivenApp } from './options.ts';
import type { Traits } from './profiles.ts';
import type { Measure } from './sources.ts';

const linesKept = 1000;

/** The apps: what runs in containers, from 24.10 on. */
export class Apps {
  readonly all = new Map<string, App>();
  readonly #traits: Traits;
  readonly #extraKeys: object;
  readonly #publish: (update: Update) => void;
  readonly #now: () => number;

  constructor(
    given: readonly GivenApp[],
    traits: Traits,
    extraKeys: object,
    publish: (update: Update) => void,
    now: () => number,
  ) {
    this.#now = now;
    this.#traits = traits;
    this.#extraKeys = extraKeys;
    this.#publish = publish;
    for (const each of given) this.all.set(each.name, newApp(each));
  }

  /** Sets an app, or makes it, and tells nobody; a state that is left out stays as it was. */
  put(given: GivenApp): void {
    const before = this.all.get(given.name);
    const app = newApp({ ...given, state: given.state ?? before?.state ?? 'RUNNING' });
    app.namesLatest = app.hasUpgrade = given.latestVersion !== undefined;
    app.log.push(...(before?.log ?? []));
    // Jobs that run hold on to the app.
    this.all.set(given.name, before ? Object.assign(before, app) : app);
  }

  /** Takes an app away and tells nobody. */
  forget(name: string): void {
    this.all.delete(name);
  }

  /** Sets the state alone, and tells nobody. */
  putState(name: string, state: AppState): void {
    const app = this.all.get(name);
    if (app) app.state = state;
  }

  add(given: GivenApp): void {
    const app = newApp(given);
    this.all.set(given.name, app);
    this.#tell('added', app);
  }

  /** The event of a deletion carries the id alone. */
  remove(name: string): void {
    if (this.all.delete(name)) this.#publish({ msg: 'removed', collection: 'app.query', id: name });
  }

  setState(name: string, state: AppState): void {
    const app = this.#app(name);
    app.state = state;
    this.#tell('changed', app);
  }

  entries(): readonly object[] {
    return [...this.all.values()].map((app) => this.#entry(app));
  }

  methods(): Methods {
    const app = { name: 'app_name', type: 'string' } as const;
    const options = { name: 'options', type: 'object', otherwise: {} } as const;
    const jobMethod = (
      params: readonly Param[],
      spec: (name: string, options: Record<string, unknown>) => JobSpec,
    ): Method => ({
      role: 'APPS_WRITE',
      params,
      job: ({ args }) => spec(textAt(args, 0), objectAt(args, 1)),
    });
    return {
      'app.query': queryMethod(() => this.entries(), 'APPS_READ'),
      'app.start': jobMethod([app], (name) => this.#bringUp('start', name, ['Starting', 'Started'])),
      'app.stop': jobMethod([app], (name) => this.#stop(name)),
      'app.redeploy': jobMethod([app], (name) =>
        this.#bringUp('redeploy', name, ['Redeploying', 'Redeployed']),
      ),
      'app.upgrade': jobMethod([app, options], (name, given) => this.#upgrade(name, given)),
      'app.rollback_versions': {
        role: 'APPS_READ',
        params: [app],
        run: ({ args }) => this.#older(this.#app(textAt(args, 0))),
      },
      'app.rollback': jobMethod([app, { name: 'options', type: 'object' }], (name, given) =>
        this.#rollback(name, given),
      ),
      'app.pull_images': jobMethod([app, options], (name, given) => this.#pull(name, given)),
    };
  }

  /** The events of `app.stats`: usage of the running apps. */
  readonly measure: Measure = () => [
    [...this.all.values()]
      .filter(({ state }) => state === 'RUNNING')
      .map(({ given }) => {
        const { cpuPercent, memory, received, sent } = given.usage?.() ?? noUsage;
        return {
          app_name: given.name,
          cpu_usage: Math.round(cpuPercent),
          memory,
          networks: [{ interface_name: 'eth0', rx_bytes: received, tx_bytes: sent }],
          blkio: { read: 0, write: 0 },
        };
      }),
  ];

  /** Adds a line to the log of an app, which goes on from start to start. */
  writeLog(name: string, line: string): void {
    const { log } = this.#app(name);
    log.push({ data: line, timestamp: new Date(this.#now()).toISOString() });
    if (log.length > linesKept) log.splice(0, log.length - linesKept);
  }

  /** The events of `app.container_log_follow`: the last lines, then new ones. */
  followLog({ app_name: name, container_id: id, tail_lines: tail = 500 }: Record<string, unknown>): Measure {
    const wrong = Object.entries({ app_name: name, container_id: id }).flatMap(([key, value]): Wrong[] =>
      typeof value === 'string' ? [] : [[key, 'Field required', errno.invalid]],
    );
    if (wrong.length > 0) throw validationErrors(wrong);
    const app = this.#app(String(name));
    if (!isUp(app)) throw callError(`App '${String(name)}' is not running`);
    if (id !== containerId(app)) throw callError(`Container '${String(id)}' not found`, errno.noEntry);
    let last = typeof tail === 'number' ? app.log.at(-1 - tail) : undefined;
    return () => {
      // If the last line was dropped meanwhile, all kept lines are new.
      const fresh = app.log.slice(last ? app.log.indexOf(last) + 1 : 0);
      last = app.log.at(-1);
      return fresh;
    };
  }

  #job(
    lock: string,
    action: 'up' | 'down' | 'pull',
    name: string,
    run: (job: JobHandle, app: App) => Promise<object | null>,
  ): JobSpec {
    return {
      lock: `${lock}_${name}`,
      failsWith: this.#composeFailure(action, name),
      run: (job) => run(job, this.#app(name)),
    };
  }

  #bringUp(verb: string, name: string, [doing, done]: readonly [string, string]): JobSpec {
    return this.#job(`app_${verb}`, 'up', name, async (job) => {
      job.progress(20, `${doing} '${name}' app`);
      await this.#comeUp(job, name);
      job.progress(100, `${done} '${name}' app`);
      return null;
    });
  }

  #stop(name: string): JobSpec {
    return this.#job('app_stop', 'down', name, async (job, app) => {
      const before = app.state;
      this.setState(name, 'STOPPING');
      job.progress(20, `Stopping '${name}' app`);
      try {
        await job.rest();
      } catch (error) {
        // TrueNAS sends STOPPED after a failed stop as well, whatever the state is.
        if (!job.signal.aborted) this.setState(name, 'STOPPED');
        app.state = before;
        throw error;
      }
      job.progress(100, `Stopped '${name}' app`);
      this.setState(name, 'STOPPED');
      return null;
    });
  }

  #upgrade(name: string, { app_version: wanted = 'latest' }: Record<string, unknown>): JobSpec {
    return this.#job('app_upgrade', 'up', name, async (job, app) => {
      job.progress(0, `Retrieving versions for '${name}' app`);
      const { latestVersion = app.version, latestAppVersion = app.appVersion } = app.given;
      if (!app.hasUpgrade) throw callError('No upgrade available for specified app');
      if (wanted !== 'latest' && wanted !== latestVersion) {
        const words = `Version '${String(wanted)}' is not available for '${name}' app`;
        throw validationErrors([['options.app_version', words, errno.invalid]]);
      }
      await job.rest();
      job.progress(40, `Configuration updated for '${name}', upgrading app`);
      [app.version, app.appVersion, app.hasUpgrade] = [latestVersion, latestAppVersion, false];
      await this.#comeUp(job, name);
      job.progress(100, 'Upgrade complete for app');
      return this.#entry(app);
    });
  }

  #rollback(name: string, { app_version: wanted }: Record<string, unknown>): JobSpec {
    return this.#job('app_rollback', 'up', name, async (job, app) => {
      const { version = firstVersion, appVersion = firstAppVersion, latestVersion = version } = app.given;
      if (!this.#older(app).some((each) => each === wanted)) {
        const words = `Specified version is not available for '${name}' app`;
        throw validationErrors([['options.app_version', words, errno.invalid]]);
      }
      job.progress(20, `Completed validation for '${name}' app rollback`);
      [app.version, app.appVersion, app.hasUpgrade] = [version, appVersion, latestVersion !== version];
      await this.#comeUp(job, name);
      job.progress(100, `Rollback completed for '${name}' app`);
      return this.#entry(app);
    });
  }

  /** The version an app was installed with, where it was upgraded since. */
  #older({ given, version }: App): readonly string[] {
    const { version: first = firstVersion } = given;
    return version === first ? [] : [first];
  }

  #pull(name: string, { redeploy = true }: Record<string, unknown>): JobSpec {
    return this.#job('pull_images', 'pull', name, async (job) => {
      job.progress(20, 'Pulling app images');
      await job.rest();
      const redeploys = redeploy === true;
      if (redeploys) {
        job.progress(80, 'Images pulled, redeploying app');
        await this.#comeUp(job, name);
      }
      job.progress(100, `App '${name}' images successfully pulled${redeploys ? ' and redeployed' : ''}`);
      return null;
    });
  }

  /** The states that Docker reports while containers start. */
  async #comeUp(job: JobHandle, name: string): Promise<void> {
    try {
      await job.rest();
    } catch (error) {
      if (!job.signal.aborted) this.setState(name, 'CRASHED');
      throw error;
    }
    this.setState(name, 'DEPLOYING');
    await job.rest();
    this.setState(name, 'RUNNING');
  }

  #composeFailure(action: string, name: string): string {
    const words = `Failed '${action}' action for '${name}' app`;
    return this.#traits.schema === 'old'
      ? words
      : `${words}. Please check /var/log/app_lifecycle.log for more details`;
  }

  #tell(msg: 'added' | 'changed', app: App): void {
    this.#publish({ msg, collection: 'app.query', id: app.given.name, fields: this.#entry(app) });
  }

  #entry(app: App): object {
    return appEntry(app, this.#traits.schema === 'pydantic', this.#extraKeys);
  }

  /** A job that finds none fails: its name was of the right type. */
  #app(name: string): App {
    const app = this.all.get(name);
    if (!app) throw callError(`App with ID '${name}' does not exist`, errno.noEntry);
    return app;
  }
}

const firstVersion = '1.0.3';
const firstAppVersion = '1.21';
const noUsage: AppUsage = { cpuPercent: 0, memory: 1_048_576, received: 0, sent: 0 };

function newApp(given: GivenApp): App {
  const { state = 'RUNNING', version = firstVersion, appVersion = firstAppVersion } = given;
  const { latestVersion = version } = given;
  const hasUpgrade = latestVersion !== version;
  return { given, state, version, appVersion, hasUpgrade, namesLatest: false, log: [] };
}
