import { freeName, installSteps } from './installation.ts';
import { option, type Kgsm } from './kgsm.ts';
import { removeLogs } from './logs.ts';
import { newInstance } from './root.ts';
import { startGame } from './v3Lifecycle.ts';

/** KGSM 3.16: `install BLUEPRINT --install-dir DIR [--name N] [--version V] [--port P] [--start]` */
export async function install(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [blueprint] = args;
  if (blueprint === undefined || blueprint.startsWith('-'))
    return kgsm.error(7, 'Missing required argument: <blueprint>');
  const installDir = option(args, '--install-dir');
  if (installDir === undefined) return kgsm.error(7, 'Missing required option: --install-dir');
  if (kgsm.behaviour.blueprints[blueprint] === undefined)
    return kgsm.error(27, `Blueprint '${blueprint}' not found or invalid`);
  const name = option(args, '--name') ?? freeName(kgsm, blueprint);
  if (kgsm.store.get(name)) return kgsm.error(29, `Instance '${name}' already exists`);
  const made = newInstance(kgsm.root, name, blueprint);
  const version = option(args, '--version') ?? made.version;
  const port = option(args, '--port');
  const instance = { ...made, version, installDir, ...(port === undefined ? {} : { port }) };
  kgsm.store.put(instance);
  const about = { Blueprint: blueprint };
  await kgsm.emitAll(name, [
    ['instance_created', about],
    ['instance_installation_started', about],
  ]);
  await kgsm.pause();
  const broken = kgsm.behaviour.brokenDownloads.includes(blueprint);
  await kgsm.emitAll(
    name,
    installSteps.slice(0, broken ? 3 : undefined).map((type) => [type] as const),
  );
  if (broken) {
    await kgsm.emit('instance_download_failed', name);
    return kgsm.error(13, `Failed to download version ${version}`);
  }
  await kgsm.pause();
  // The other way round than in version 2, and without a word on the version.
  await kgsm.emitAll(name, [
    ['instance_installed', about],
    ['instance_installation_finished', about],
  ]);
  const installed = kgsm.store.change(name, { installed: true }) ?? instance;
  kgsm.info(`Instance ${name} has been installed in ${installDir}`);
  return args.includes('--start') ? startGame(kgsm, installed) : 0;
}

/** KGSM 3.16: `uninstall NAME --yes`. Without the option it asks, and nobody is there to answer. */
export async function uninstall(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [name] = args;
  if (name === undefined) return kgsm.error(7, 'Missing required argument: <instance>');
  const instance = kgsm.store.get(name);
  if (!instance) return kgsm.error(5, `Instance '${name}' not found`);
  if (!args.slice(1).includes('--yes')) {
    kgsm.write(`Uninstall ${name} and all of its files? [y/N] `);
    return kgsm.error(1, 'Uninstall cancelled');
  }
  await kgsm.emit('instance_uninstall_started', name);
  await kgsm.pause();
  removeLogs(instance);
  await kgsm.emitAll(name, [['instance_files_removed'], ['instance_directories_removed']]);
  kgsm.store.remove(name);
  await kgsm.pause();
  // No `instance_removed` in this version.
  await kgsm.emitAll(name, [['instance_uninstalled'], ['instance_uninstall_finished']]);
  kgsm.info(`Instance ${name} uninstalled`);
  return 0;
}
