import * as z from 'zod/mini';
import type { Result } from './emitter.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, type Call, type Reply, type Route } from './http.ts';
import type { BackupKind, Machine } from './machine.ts';
import { accepted, action } from './replies.ts';
import type { Tasks } from './tasks.ts';
import type { Upkeep } from './upkeep.ts';

const backupBody = z.looseObject({
  backup_type: z.string(),
  file_to_backup: z.optional(z.nullable(z.string())),
});
const restoreBody = z.looseObject({
  restore_type: z.string(),
  backup_file: z.optional(z.nullable(z.string())),
});
const worldBody = z.looseObject({ filename: z.string() });

const base = '/api/server/{server}';
const kinds: readonly BackupKind[] = ['world', 'properties', 'allowlist', 'permissions'];

/** Backups and worlds of one server. */
export function backupRoutes(traits: Traits, upkeep: Upkeep, tasks: Tasks): Route[] {
  const tail = traits.backupTail;

  const backup = (call: Call): Promise<Reply> => {
    const { machine, user } = call;
    const { backup_type: given, file_to_backup: file } = bodyOf(backupBody, call);
    const type = given.toLowerCase();
    if (!['world', 'config', 'all'].includes(type))
      throw new HttpError(400, "Invalid 'backup_type'. Must be one of: ['world', 'config', 'all'].");
    if (type === 'config' && !file)
      throw new HttpError(400, "Missing or invalid 'file_to_backup' for config backup type.");
    const work = (): Promise<Result> => {
      if (type === 'all') return upkeep.backupAll(machine);
      return type === 'world'
        ? upkeep.backupWorld(machine)
        : upkeep.backupConfig(machine, (file ?? '').trim());
    };
    const message = `Backup action '${given}' for server '${machine.name}' initiated in background.`;
    return accepted(tasks, user, tail, message, work);
  };

  const restore = (call: Call): Promise<Reply> => {
    const { machine, user } = call;
    const { restore_type: given, backup_file: file } = bodyOf(restoreBody, call);
    const type = given.toLowerCase();
    const kind = kinds.find((each) => each === type);
    if (!kind && type !== 'all') {
      const types = "['world', 'properties', 'allowlist', 'permissions', 'all']";
      throw new HttpError(400, `Invalid 'restore_type'. Must be one of: ${types}.`);
    }
    if (kind && !file) throw new HttpError(400, "Missing or invalid 'backup_file' for this restore type.");
    if (file && (file.includes('..') || /^[/\\]/.test(file)))
      throw new HttpError(400, "Invalid 'backup_file' path.");
    if (kind && file && !machine.backups[kind].includes(file))
      throw new HttpError(404, `Backup file not found: ${upkeep.pathOf(machine.name, file)}`);
    const message = `Restore action '${given}' for server '${machine.name}' initiated in background.`;
    return accepted(tasks, user, tail, message, () =>
      kind ? upkeep.restore(machine, kind, file ?? '') : upkeep.restoreAll(machine),
    );
  };

  const list = ({ machine, params }: Call): Reply => {
    const type = (params['type'] ?? '').toLowerCase();
    const kind = kinds.find((each) => each === type);
    if (kind) {
      const found = { message: 'Backups listed successfully.', backups: machine.backups[kind] };
      return { status: 200, body: action(tail, found) };
    }
    if (type !== 'all') throw new HttpError(400, `Invalid backup type: '${type}'.`);
    const all = Object.fromEntries(kinds.map((each) => [`${each}_backups`, machine.backups[each]]));
    const message = 'All backup types listed successfully.';
    return { status: 200, body: action(tail, { message, details: { all_backups: all } }) };
  };

  const world =
    (verb: string, work: (machine: Machine) => Promise<Result>) =>
    ({ machine, user }: Call): Promise<Reply> => {
      const message = `World ${verb} for server '${machine.name}' initiated in background.`;
      return accepted(tasks, user, traits.actionTail, message, () => work(machine));
    };

  return [
    { method: 'POST', path: `${base}/backup/action`, role: 'moderator', run: backup },
    { method: 'GET', path: `${base}/backup/list/{type}`, role: 'moderator', run: list },
    { method: 'POST', path: `${base}/restore/action`, role: 'moderator', run: restore },
    {
      method: traits.prune,
      path: `${base}/backups/prune`,
      role: 'moderator',
      run: ({ machine, user }) =>
        accepted(
          tasks,
          user,
          tail,
          `Backup pruning for server '${machine.name}' initiated in background.`,
          () => upkeep.prune(machine),
        ),
    },
    {
      method: 'POST',
      path: `${base}/world/export`,
      role: 'admin',
      run: world('export', (machine) => upkeep.exportWorld(machine)),
    },
    {
      method: 'POST',
      path: `${base}/world/install`,
      role: 'admin',
      run(call) {
        const { filename } = bodyOf(worldBody, call);
        const { name } = call.machine;
        if (!filename.endsWith('.mcworld'))
          throw new HttpError(404, `World file '${filename}' not found for import.`);
        const message = `World install from '${filename}' for server '${name}' initiated in background.`;
        return accepted(tasks, call.user, traits.actionTail, message, () =>
          upkeep.importWorld(call.machine, filename),
        );
      },
    },
    {
      method: 'DELETE',
      path: `${base}/world/reset`,
      role: 'admin',
      run: world('reset', (machine) => upkeep.resetWorld(machine)),
    },
  ];
}
