import * as z from 'zod/mini';
import type { Result } from './emitter.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, serverRoute, type Call, type Reply, type Route } from './http.ts';
import type { BackupKind, Machine } from './machine.ts';
import { accepted, action, ok } from './replies.ts';
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

const kinds: readonly BackupKind[] = ['world', 'properties', 'allowlist', 'permissions'];

/** Backups and worlds of one server. */
export function backupRoutes(traits: Traits, upkeep: Upkeep, tasks: Tasks): Route[] {
  const tail = traits.backupTail;

  const backup = (call: Call): Promise<Reply> => {
    const { backup_type: given, file_to_backup: file } = bodyOf(backupBody, call);
    const type = given.toLowerCase();
    if (!['world', 'config', 'all'].includes(type))
      throw new HttpError(400, "Invalid 'backup_type'. Must be one of: ['world', 'config', 'all'].");
    if (type === 'config' && !file)
      throw new HttpError(400, "Missing or invalid 'file_to_backup' for config backup type.");
    return accepted(tasks, call, tail, `Backup action '${given}'`, (machine) => {
      if (type === 'all') return upkeep.backupAll(machine);
      return type === 'world'
        ? upkeep.backupWorld(machine)
        : upkeep.backupConfig(machine, (file ?? '').trim());
    });
  };

  const restore = (call: Call): Promise<Reply> => {
    const { name, backups } = call.machine;
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
    if (kind && file && !backups[kind].includes(file))
      throw new HttpError(404, `Backup file not found: ${upkeep.pathOf(name, file)}`);
    return accepted(tasks, call, tail, `Restore action '${given}'`, (machine) =>
      kind ? upkeep.restore(machine, kind, file ?? '') : upkeep.restoreAll(machine),
    );
  };

  const list = ({ machine, params }: Call): Reply => {
    const type = (params['type'] ?? '').toLowerCase();
    const kind = kinds.find((each) => each === type);
    if (kind)
      return ok(action(tail, { message: 'Backups listed successfully.', backups: machine.backups[kind] }));
    if (type !== 'all') throw new HttpError(400, `Invalid backup type: '${type}'.`);
    const all = Object.fromEntries(kinds.map((each) => [`${each}_backups`, machine.backups[each]]));
    const message = 'All backup types listed successfully.';
    return ok(action(tail, { message, details: { all_backups: all } }));
  };

  const prune = (call: Call): Promise<Reply> =>
    accepted(tasks, call, tail, 'Backup pruning', (machine) => upkeep.prune(machine));

  const changeWorld = (
    call: Call,
    verb: string,
    work: (machine: Machine) => Promise<Result>,
  ): Promise<Reply> => accepted(tasks, call, traits.actionTail, `World ${verb}`, work);

  return [
    serverRoute('POST', 'backup/action', 'moderator', backup),
    serverRoute('GET', 'backup/list/{type}', 'moderator', list),
    serverRoute('POST', 'restore/action', 'moderator', restore),
    serverRoute(traits.prune, 'backups/prune', 'moderator', prune),
    serverRoute('POST', 'world/export', 'admin', (call) =>
      changeWorld(call, 'export', (machine) => upkeep.exportWorld(machine)),
    ),
    serverRoute('POST', 'world/install', 'admin', (call) => {
      const { filename } = bodyOf(worldBody, call);
      if (!filename.endsWith('.mcworld'))
        throw new HttpError(404, `World file '${filename}' not found for import.`);
      return changeWorld(call, `install from '${filename}'`, (machine) =>
        upkeep.importWorld(machine, filename),
      );
    }),
    serverRoute('DELETE', 'world/reset', 'admin', (call) =>
      changeWorld(call, 'reset', (machine) => upkeep.resetWorld(machine)),
    ),
  ];
}
