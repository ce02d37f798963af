import { join } from 'node:path';
import type { InstanceState } from './state.ts';

/** `-i NAME --status --json` */
export function statusOf(instance: InstanceState): object {
  const { name, blueprint, version, active, startedAt, pid, installDir, backups = [] } = instance;
  return {
    instance_name: name,
    status: active,
    process: {
      pid: active ? (pid ?? null) : null,
      status: active ? 'active' : 'inactive',
      start_time: active && startedAt !== undefined ? asctime(startedAt) : null,
    },
    version: { current: version, latest: version, updates_available: false },
    configuration: {
      blueprint: `${blueprint}.bp`,
      runtime: 'native',
      lifecycle_manager: 'standalone',
      directory: join(installDir, name),
      ports: '',
    },
    resources: { disk_usage: '84K' },
    backups,
    recent_logs: [],
  };
}

/** One entry of `--instances --json --detailed`: every value is a string there. */
export function detailsOf({
  name,
  blueprint,
  version,
  installDir,
}: InstanceState): Readonly<Record<string, string>> {
  const directory = join(installDir, name);
  return {
    instance_name: name,
    blueprint_file: `${blueprint}.bp`,
    runtime: 'native',
    lifecycle_manager: 'standalone',
    working_dir: directory,
    install_dir: join(directory, 'install'),
    backups_dir: join(directory, 'backups'),
    management_file: join(directory, `${name}.manage.sh`),
    pid_file: join(directory, `.${name}.pid`),
    installed_version: version,
    ports: '',
    upnp_ports: '()',
  };
}

/** `Fri Nov 20 18:06:41 2026`, in local time, as `ps` prints it. */
function asctime(time: number): string {
  const [day, month, date, year] = new Date(time).toDateString().split(' ');
  const clock = new Date(time).toTimeString().slice(0, 8);
  return [day, month, date, clock, year].join(' ');
}
