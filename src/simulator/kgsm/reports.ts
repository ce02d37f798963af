import { join } from 'node:path';
import type { RootGeneration } from './behaviour.ts';
import type { Kgsm } from './kgsm.ts';
import { directoryOf, lastLines, logFileOf } from './logs.ts';
import type { InstanceState } from './state.ts';

/** A version that ends in `.1` is the latest; any other has one update, to itself with `.1` added. */
export function latestOf(version: string): string {
  return version.endsWith('.1') ? version : `${version}.1`;
}

/** The status of an instance as JSON has it. A fast one looks for no update. */
export function statusOf(
  protocolVersion: RootGeneration,
  instance: InstanceState,
  fast: boolean,
  now: number,
): object {
  const { name, blueprint, active, startedAt, pid, port, backups = [] } = instance;
  const third = protocolVersion === '3.16';
  const logs = lastLines(instance, 3);
  return {
    instance_name: name,
    status: active,
    process: {
      pid: active ? (pid ?? null) : null,
      status: active ? 'S' : null,
      start_time: active && startedAt !== undefined ? startTime(third, startedAt) : null,
    },
    version: third ? thirdVersion(instance, fast, now) : secondVersion(instance, fast),
    configuration: {
      blueprint: `${blueprint}${third ? '.bp.yaml' : '.bp'}`,
      runtime: 'native',
      ...(third ? {} : { lifecycle_manager: 'standalone' }),
      directory: directoryOf(instance),
      ports: port ?? null,
    },
    resources: { disk_usage: '84K' },
    backups: third ? backups.toReversed() : backups,
    // KGSM prints [] without log lines, and one text otherwise.
    recent_logs: logs === '' ? [] : logs,
  };
}

function secondVersion({ version }: InstanceState, fast: boolean): object {
  const latest = fast ? version : latestOf(version);
  return { current: version, latest, updates_available: latest !== version };
}

/** Version 3 says whether it knows, and since when: without a look of its own from the last one that was kept. */
function thirdVersion({ version, look }: InstanceState, fast: boolean, now: number): object {
  const latest = fast ? (look?.latest ?? null) : latestOf(version);
  return {
    current: version,
    latest,
    checked: latest !== null,
    checked_at: fast ? (look?.at ?? null) : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    updates_available: latest === null ? null : latest !== version,
  };
}

/** The configuration of an instance: every value is a text, but for the ports of version 3. */
function detailsOf(
  protocolVersion: RootGeneration,
  instance: InstanceState,
): Readonly<Record<string, unknown>> {
  const { name, blueprint, version, port = '' } = instance;
  const third = protocolVersion === '3.16';
  const directory = directoryOf(instance);
  const in_ = (file: string): string => join(directory, file);
  return {
    instance_name: name,
    blueprint_file: `${blueprint}${third ? '.bp.yaml' : '.bp'}`,
    runtime: 'native',
    ...(third ? {} : { lifecycle_manager: 'standalone' }),
    working_dir: directory,
    install_dir: in_('install'),
    saves_dir: in_('saves'),
    temp_dir: in_('temp'),
    backups_dir: in_('backups'),
    logs_dir: in_('logs'),
    log_file: logFileOf(instance),
    management_file: in_(`${name}.manage.sh`),
    pid_file: in_(`.${name}.pid`),
    version_file: in_(`.${name}.version`),
    installed_version: version,
    save_command: 'save-all',
    stop_command: 'stop',
    ...(third ? { ports: portsOf(port), cgroup_path: '' } : { ports: port, upnp_ports: '()' }),
  };
}

/** `[BLUEPRINT] [--json] [--detailed] [--status]`, the same in both versions. */
export function listInstances(kgsm: Kgsm, args: readonly string[]): number {
  const { protocolVersion } = kgsm.behaviour;
  const blueprint = args.find((argument) => !argument.startsWith('-'));
  const found = kgsm.store.list().filter((one) => blueprint === undefined || one.blueprint === blueprint);
  const names = found.map(({ name }) => name);
  const keyed = (of: (one: InstanceState) => object): object =>
    Object.fromEntries(found.map((one) => [one.name, of(one)]));
  if (!args.includes('--json')) kgsm.write(`${names.join('\n')}\n`);
  else if (args.includes('--status'))
    kgsm.json(keyed((one) => statusOf(protocolVersion, one, args.includes('--fast'), kgsm.now())));
  else if (args.includes('--detailed')) kgsm.json(keyed((one) => detailsOf(protocolVersion, one)));
  // KGSM prints an empty list as a list of one empty name.
  else kgsm.json(names.length === 0 ? [''] : names);
  return 0;
}

/** `--info`: as JSON, else in the form of the configuration file. */
export function showDetails(kgsm: Kgsm, instance: InstanceState, args: readonly string[]): number {
  const details = detailsOf(kgsm.behaviour.protocolVersion, instance);
  if (args.includes('--json')) kgsm.json(details);
  else
    kgsm.lines(
      details,
      (key, value) => `${key}="${typeof value === 'string' ? value : JSON.stringify(value)}"`,
    );
  return 0;
}

function portsOf(port: string): readonly object[] {
  const [, start, end = start, protocol = 'tcp'] = /^(\d+)(?::(\d+))?(?:\/(\w+))?$/.exec(port) ?? [];
  return start === undefined ? [] : [{ start: Number(start), end: Number(end), protocol }];
}

/** In version 3 a time of UTC; before, `Fri Nov 20 18:06:41 2026` in local time, as `ps` prints it. */
function startTime(third: boolean, time: number): string {
  if (third) return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  const [day, month, date, year] = new Date(time).toDateString().split(' ');
  const clock = new Date(time).toTimeString().slice(0, 8);
  return [day, month, date, clock, year].join(' ');
}
