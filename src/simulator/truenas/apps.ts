import { appEntry, containerId, isUp, type App } from './appEntry.ts';
import { filters, objectAt, textAt, type Methods } from './calls.ts';
import { callError, errno, validationErrors, type Wrong } from './errors.ts';
import type { Update } from './hub.ts';
import type { JobHandle, JobSpec } from './jobs.ts';
import type { AppState, AppUsage, GivenApp } from './options.ts';
import type { Traits } from './profiles.ts';
import { queried } from './query.ts';
import type { Measure } from './sources.ts';

/** How much of a log is kept. */
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
    for (const each of given) this.all.set(each.name, made(each));
  }

  /** An app is installed by somebody. */
  add(given: GivenApp): void {
    const app = made(given);
    this.all.set(given.name, app);
    this.#tell('added', app);
  }

  /** It is deleted: only its id is told. */
  remove(name: string): void {
    if (this.all.delete(name)) this.#publish({ msg: 'removed', collection: 'app.query', id: name });
  }

  /** Its containers come up, or end, and it is told with all that is known of it. */
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
    return {
      'app.query': {
        role: 'APPS_READ',
        params: filters,
        run: ({ args }) => queried(this.entries(), args[0], args[1]),
      },
      'app.start': {
        role: 'APPS_WRITE',
        params: [app],
        job: ({ args }) => this.#start(textAt(args, 0)),
      },
      'app.stop': { role: 'APPS_WRITE', params: [app], job: ({ args }) => this.#stop(textAt(args, 0)) },
      'app.redeploy': {
        role: 'APPS_WRITE',
        params: [app],
        job: ({ args }) => this.#redeploy(textAt(args, 0)),
      },
      'app.upgrade': {
        role: 'APPS_WRITE',
        params: [app, options],
        job: ({ args }) => this.#upgrade(textAt(args, 0), objectAt(args, 1)),
      },
      'app.rollback_versions': {
        role: 'APPS_READ',
        params: [app],
        run: ({ args }) => this.#older(this.#app(textAt(args, 0))),
      },
      'app.rollback': {
        role: 'APPS_WRITE',
        params: [app, { name: 'options', type: 'object' }],
        job: ({ args }) => this.#rollback(textAt(args, 0), objectAt(args, 1)),
      },
      'app.pull_images': {
        role: 'APPS_WRITE',
        params: [app, options],
        job: ({ args }) => this.#pull(textAt(args, 0), objectAt(args, 1)),
      },
    };
  }

  /** What `app.stats` says: of those that run. */
  readonly measure: Measure = () => [
    [...this.all.values()]
      .filter(({ state }) => state === 'RUNNING')
      .map(({ given }) => {
        const { cpuPercent, memory, received, sent } = given.usage?.() ?? little;
        return {
          app_name: given.name,
          cpu_usage: Math.round(cpuPercent),
          memory,
          networks: [{ interface_name: 'eth0', rx_bytes: received, tx_bytes: sent }],
          blkio: { read: 0, write: 0 },
        };
      }),
  ];

  /** A line that a game writes; its log goes on from start to start. */
  writeLog(name: string, line: string): void {
    const { log } = this.#app(name);
    log.push({ data: line, timestamp: new Date(this.#now()).toISOString() });
    if (log.length > linesKept) log.splice(0, log.length - linesKept);
  }

  /** What `app.container_log_follow` says: the last lines, then those that come. */
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
      // Where the last one is forgotten, all that is kept is new.
      const fresh = app.log.slice(last ? app.log.indexOf(last) + 1 : 0);
      last = app.log.at(-1);
      return fresh;
    };
  }

  #start(name: string): JobSpec {
    return {
      lock: `app_start_${name}`,
      failsWith: this.#composeFailure('up', name),
      run: async (job) => {
        this.#app(name);
        job.progress(20, `Starting '${name}' app`);
        await this.#comeUp(job, name);
        job.progress(100, `Started '${name}' app`);
        return null;
      },
    };
  }

  #stop(name: string): JobSpec {
    return {
      lock: `app_stop_${name}`,
      failsWith: this.#composeFailure('down', name),
      run: async (job) => {
        const app = this.#app(name);
        const before = app.state;
        this.setState(name, 'STOPPING');
        job.progress(20, `Stopping '${name}' app`);
        try {
          await job.rest();
        } catch (error) {
          // It is said to be stopped in any case, whatever it is.
          if (!job.signal.aborted) this.setState(name, 'STOPPED');
          app.state = before;
          throw error;
        }
        job.progress(100, `Stopped '${name}' app`);
        this.setState(name, 'STOPPED');
        return null;
      },
    };
  }

  #redeploy(name: string): JobSpec {
    return {
      lock: `app_redeploy_${name}`,
      failsWith: this.#composeFailure('up', name),
      run: async (job) => {
        this.#app(name);
        job.progress(20, `Redeploying '${name}' app`);
        await this.#comeUp(job, name);
        job.progress(100, `Redeployed '${name}' app`);
        return null;
      },
    };
  }

  #upgrade(name: string, { app_version: wanted = 'latest' }: Record<string, unknown>): JobSpec {
    return {
      lock: `app_upgrade_${name}`,
      failsWith: this.#composeFailure('up', name),
      run: async (job) => {
        const app = this.#app(name);
        job.progress(0, `Retrieving versions for '${name}' app`);
        const { latestVersion = app.version, latestAppVersion = app.appVersion } = app.given;
        if (latestVersion === app.version) throw callError('No upgrade available for specified app');
        if (wanted !== 'latest' && wanted !== latestVersion) {
          const words = `Version '${String(wanted)}' is not available for '${name}' app`;
          throw validationErrors([['options.app_version', words, errno.invalid]]);
        }
        await job.rest();
        job.progress(40, `Configuration updated for '${name}', upgrading app`);
        [app.version, app.appVersion] = [latestVersion, latestAppVersion];
        await this.#comeUp(job, name);
        job.progress(100, 'Upgrade complete for app');
        return this.#entry(app);
      },
    };
  }

  #rollback(name: string, { app_version: wanted }: Record<string, unknown>): JobSpec {
    return {
      lock: `app_rollback_${name}`,
      failsWith: this.#composeFailure('up', name),
      run: async (job) => {
        const app = this.#app(name);
        const { version = firstVersion, appVersion = firstAppVersion } = app.given;
        if (!this.#older(app).some((each) => each === wanted)) {
          const words = `Specified version is not available for '${name}' app`;
          throw validationErrors([['options.app_version', words, errno.invalid]]);
        }
        job.progress(20, `Completed validation for '${name}' app rollback`);
        [app.version, app.appVersion] = [version, appVersion];
        await this.#comeUp(job, name);
        job.progress(100, `Rollback completed for '${name}' app`);
        return this.#entry(app);
      },
    };
  }

  /** It was installed with one version and may have been upgraded since. */
  #older({ given, version }: App): readonly string[] {
    const { version: first = firstVersion } = given;
    return version === first ? [] : [first];
  }

  #pull(name: string, { redeploy = true }: Record<string, unknown>): JobSpec {
    return {
      lock: `pull_images_${name}`,
      failsWith: this.#composeFailure('pull', name),
      run: async (job) => {
        this.#app(name);
        job.progress(20, 'Pulling app images');
        await job.rest();
        if (redeploy === true) {
          job.progress(80, 'Images pulled, redeploying app');
          await this.#comeUp(job, name);
        }
        job.progress(
          100,
          `App '${name}' images successfully pulled${redeploy === true ? ' and redeployed' : ''}`,
        );
        return null;
      },
    };
  }

  /** What Docker tells of containers that are started. */
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
const little: AppUsage = { cpuPercent: 0, memory: 1_048_576, received: 0, sent: 0 };

function made(given: GivenApp): App {
  const { state = 'RUNNING', version = firstVersion, appVersion = firstAppVersion } = given;
  return { given, state, version, appVersion, log: [] };
}
