import type { Kgsm } from './kgsm.ts';
import { newInstance } from './root.ts';

/** The events of an installation in the order of KGSM 2.2, which is not that of its document. */
const installSteps: readonly string[] = [
  'instance_directories_created',
  'instance_files_created',
  'instance_download_started',
  'instance_download_finished',
  'instance_downloaded',
  'instance_deploy_started',
  'instance_deploy_finished',
  'instance_deployed',
];

/** `--create BLUEPRINT --install-dir DIR [--version V] [--name N]` */
export async function create(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [blueprint] = args;
  const installDir = option(args, '--install-dir');
  if (blueprint === undefined || blueprint.startsWith('-'))
    return kgsm.error(7, 'kgsm.sh:300 Missing argument <blueprint>');
  if (installDir === undefined) return kgsm.error(7, 'kgsm.sh:311 Missing argument <install-dir>');
  if (kgsm.behaviour.blueprints[blueprint] === undefined)
    return kgsm.error(7, `instances.sh:210 Blueprint ${blueprint} not found`);
  // The real scripts lose what stands behind a space.
  const name = option(args, '--name')?.split(' ')[0] ?? freeName(kgsm, blueprint);
  const made = newInstance(kgsm.root, name, blueprint);
  const version = option(args, '--version') ?? made.version;
  const about = { Blueprint: blueprint };
  const taken = kgsm.store.get(name) !== undefined;
  if (!taken) kgsm.store.put({ ...made, version, installDir });
  await kgsm.emitAll(name, [
    ['instance_created', about],
    ['instance_installation_started', about],
    ['instance_directories_created'],
  ]);
  // An existing name is noticed only when its files are in the way.
  if (taken) return kgsm.error(10, `files.sh:97 Failed to create the files of ${name}`);
  await kgsm.pause();
  await kgsm.emitAll(name, [
    ...installSteps.slice(1).map((type) => [type] as const),
    ['instance_version_updated', { OldVersion: '0', NewVersion: version }],
    ['instance_installation_finished', about],
    ['instance_installed', about],
  ]);
  kgsm.store.change(name, { installed: true });
  kgsm.info(`kgsm.sh:340 Instance ${name} has been created in ${installDir}`);
  return 0;
}

/** `--remove NAME`. Does not stop what runs, and deletes the backups with it. */
export async function remove(kgsm: Kgsm, name: string | undefined): Promise<number> {
  if (name === undefined) return kgsm.error(7, 'kgsm.sh:352 Missing argument <instance>');
  await kgsm.emit('instance_uninstall_started', name);
  if (!kgsm.store.get(name)) return kgsm.error(5, `instances.sh:64 ${name} not found`);
  await kgsm.pause();
  await kgsm.emitAll(name, [['instance_files_removed'], ['instance_directories_removed']]);
  kgsm.store.remove(name);
  await kgsm.pause();
  await kgsm.emitAll(name, [['instance_removed'], ['instance_uninstall_finished'], ['instance_uninstalled']]);
  kgsm.info(`kgsm.sh:371 Instance ${name} uninstalled`);
  return 0;
}

function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args[at + 1];
}

/** The blueprint's name for the first, then with a number. */
function freeName(kgsm: Kgsm, blueprint: string): string {
  let name = blueprint;
  for (let number = 1; kgsm.store.get(name); number++)
    name = `${blueprint}-${String(number).padStart(2, '0')}`;
  return name;
}
