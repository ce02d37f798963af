import { randomBytes } from 'node:crypto';
import { mayEverything, type Login } from './accounts.ts';
import { queryMethod, textAt, type Call, type Methods } from './calls.ts';
import { isOver, noSuchJob, type Job } from './jobs.ts';
import type { GivenAlert } from './options.ts';
import type { Traits } from './profiles.ts';

/** Jobs and ping. */
export function coreMethods(traits: Traits): Methods {
  const id = { name: 'id', type: 'integer' } as const;
  const found = ({ args, jobs }: Call): Job => {
    const job = jobs.find(Number(args[0]));
    if (!job) throw noSuchJob(Number(args[0]), traits);
    return job;
  };
  return {
    'core.ping': { open: traits.pingBeforeLogin, run: () => 'pong' },
    'core.get_jobs': queryMethod(({ peer, jobs }) => [
      ...(peer.login && mayEverything(peer.login) ? jobs.recorded : []),
      ...jobs.all.filter((job) => isTheirs(job, peer.login, traits)).map((job) => jobs.shown(job)),
    ]),
    'core.job_abort': {
      params: [id],
      run(call) {
        void call.jobs.abort(found(call));
        return null;
      },
    },
    // Makes a job of its own, which succeeds also when the job it waits for was aborted.
    'core.job_wait': {
      params: [id],
      job(call) {
        const job = found(call);
        return {
          async run(own) {
            if (!isOver(job)) await job.over.promise;
            own.progress(job.progress.percent ?? 0, job.progress.description ?? '', job.progress.extra);
            if (job.refused) throw job.refused;
            return job.result ?? null;
          },
        };
      },
    },
    'core.job_download_logs': {
      params: [
        id,
        { name: 'filename', type: 'string' },
        { name: 'buffered', type: 'boolean', otherwise: false },
      ],
      run(call) {
        const token = randomBytes(32).toString('base64url');
        return `/_download/${found(call).id}?auth_token=${token}&filename=${textAt(call.args, 1)}`;
      },
    },
  };
}

/** Name and version of the machine. */
export interface Machine {
  hostname: string;
  version: string;
}

/** The machine as a whole, as far as clients show it; `since` is the time of its boot. */
export function systemMethods(
  machine: Machine,
  alerts: readonly GivenAlert[],
  now: () => number,
  since = now(),
): Methods {
  const uptime = (): number => Math.floor((now() - since) / 1000);
  return {
    'system.version': { run: () => machine.version },
    'system.ready': { run: () => true },
    'system.info': {
      run: () => ({
        version: machine.version,
        buildtime: { $date: 1_790_000_000_000 },
        hostname: machine.hostname,
        physmem: 34_359_738_368,
        model: 'AMD EPYC 3251 8-Core Processor',
        cores: 2,
        physical_cores: 2,
        loadavg: [0.5, 0.4, 0.3],
        uptime: `${uptime()} seconds`,
        uptime_seconds: uptime(),
        system_serial: null,
        system_product: 'Simulated',
        license: null,
        boottime: { $date: Math.floor(since / 1000) * 1000 },
        datetime: { $date: Math.floor(now() / 1000) * 1000 },
        timezone: 'Etc/UTC',
        system_manufacturer: null,
        ecc_memory: true,
      }),
    },
    'pool.query': queryMethod(() => [pool], 'POOL_READ'),
    'alert.list': {
      role: 'ALERT_LIST_READ',
      run: () => alerts.map((alert, i) => alertEntry(alert, i, since)),
    },
  };
}

const pool = {
  id: 1,
  name: 'tank',
  guid: '1234567890',
  path: '/mnt/tank',
  status: 'ONLINE',
  healthy: true,
  warning: false,
  status_code: 'OK',
  status_detail: null,
  size: 13_194_139_533_312,
  allocated: 2_199_023_255_552,
  free: 10_995_116_277_760,
};

export function alertEntry(
  { klass, level, formatted }: GivenAlert,
  i: number,
  at: number,
): Record<string, unknown> {
  const uuid = `a1e47000-0000-4000-8000-${String(i).padStart(12, '0')}`;
  const date = { $date: Math.floor(at / 1000) * 1000 };
  return {
    uuid,
    source: klass,
    klass,
    args: null,
    node: 'Controller A',
    key: 'null',
    datetime: date,
    last_occurrence: date,
    dismissed: false,
    mail: null,
    text: formatted,
    id: uuid,
    level,
    formatted,
    one_shot: false,
  };
}

function isTheirs({ starter }: Job, login: Login | undefined, { roles }: Traits): boolean {
  if (!roles) return true;
  return login !== undefined && (mayEverything(login) || login.username === starter.username);
}
