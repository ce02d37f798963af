import { removeLogs } from './logs.ts';
import { option, type Kgsm } from './kgsm.ts';
import { newInstance } from './root.ts';

/** From the first folder to the last file; both generations have them in this order. */
export const installSteps: readonly string[] = [
  'instance_directories_created',
  'instance_files_created',
  'instance_download_started',
  'instance_download_finished',
  'instance_downloaded',
  'instance_deploy_started',
  'instance_deploy_finished',
  'instance_deployed',
];

/** `--create BLUEPRINT --install-dir DIR [--version V] [--name N]`, with the events in the order that they really have. */
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

  // The name of the instance is what the step that makes it prints, and so is whatever its event prints.
  const printed = await kgsm.deliver({
    type: 'instance_created',
    data: { InstanceName: name, ...about },
  });
  const spoilt = kgsm.behaviour.webhookBreaksCreate && printed !== '';
  if (!spoilt) kgsm.write(printed);
  const captured = spoilt ? `${printed}${name}` : name;
  await kgsm.pause();
  await kgsm.emit('instance_installation_started', captured, about);
  if (spoilt) return kgsm.error(5, `directories.sh:71 ${captured} not found`);

  await kgsm.pause();
  await kgsm.emit('instance_directories_created', name);
  // An existing name is noticed only when its files are in the way.
  if (taken) return kgsm.error(10, `files.sh:97 Failed to create the files of ${name}`);
  await kgsm.pause();
  const broken = kgsm.behaviour.brokenDownloads.includes(blueprint);
  // The instance stays, with nothing in it.
  const steps = installSteps.slice(1, broken ? 3 : undefined).map((type) => [type] as const);
  await kgsm.emitAll(name, steps);
  if (broken) return kgsm.error(13, `${name}.manage.sh:133 Failed to download version ${version}`);
  await kgsm.pause();
  await kgsm.emitAll(name, [
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
  const instance = kgsm.store.get(name);
  if (!instance) return kgsm.error(5, `instances.sh:64 ${name} not found`);
  await kgsm.pause();
  removeLogs(instance);
  await kgsm.emitAll(name, [['instance_files_removed'], ['instance_directories_removed']]);
  kgsm.store.remove(name);
  await kgsm.pause();
  await kgsm.emitAll(name, [['instance_removed'], ['instance_uninstall_finished'], ['instance_uninstalled']]);
  kgsm.info(`kgsm.sh:371 Instance ${name} uninstalled`);
  return 0;
}

/** The blueprint's name for the first, then with a number. */
export function freeName(kgsm: Kgsm, blueprint: string): string {
  let name = blueprint;
  for (let number = 1; kgsm.store.get(name); number++)
    name = `${blueprint}-${String(number).padStart(2, '0')}`;
  return name;
}
