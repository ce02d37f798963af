import type { Result } from './emitter.ts';
import { failure, success, type Lifecycle } from './lifecycle.ts';
import { Machine, type BackupKind } from './machine.ts';
import { Turn } from './turn.ts';

/** Installation folder of the simulated machine; events contain it. */
const home = '/opt/bedrock-server-manager';
const keptBackups = 3;

const noNetwork =
  'Could not contact the Minecraft download API: ' +
  "HTTPSConnectionPool(host='net-secondary.web.minecraft-services.net', port=443): " +
  'Max retries exceeded with url: /api/v1.0/download/links (Caused by NameResolutionError("' +
  "HTTPSConnection(host='net-secondary.web.minecraft-services.net', port=443): " +
  "Failed to resolve 'net-secondary.web.minecraft-services.net' ([Errno -2] Name or service not known)\"))";

const kindOfFile: Readonly<Record<string, BackupKind>> = {
  'server.properties': 'properties',
  'allowlist.json': 'allowlist',
  'permissions.json': 'permissions',
};
const fileOfKind: Readonly<Record<Exclude<BackupKind, 'world'>, string>> = {
  properties: 'server.properties',
  allowlist: 'allowlist.json',
  permissions: 'permissions.json',
};
const configKinds = ['properties', 'allowlist', 'permissions'] as const;

/** Backups, worlds, installing and updating: what happens to a server's files. */
export class Upkeep {
  readonly #life: Lifecycle;
  readonly #latestVersion: string | undefined;
  /** One backup or restore at a time, and one operation on a world, whatever the server. */
  readonly #backups = new Turn();
  readonly #worlds = new Turn();
  /** Names of the worlds in the content folder. */
  readonly worldFiles: string[] = [];

  constructor(life: Lifecycle, latestVersion: string | undefined) {
    this.#life = life;
    this.#latestVersion = latestVersion;
  }

  backupWorld(machine: Machine): Promise<Result> {
    const { name } = machine;
    return this.#stopped('backup', machine, {}, () => {
      const file = this.#keep(machine, 'world');
      return success(`World backup '${file}' created successfully for server '${name}'.`);
    });
  }

  backupConfig(machine: Machine, given: string): Promise<Result> {
    const file = given.slice(given.lastIndexOf('/') + 1);
    return this.#stopped('backup', machine, { file_to_backup: given }, () => {
      const kind = kindOfFile[file];
      if (kind === undefined)
        return failure(
          `Config file backup failed: File '${home}/servers/${machine.name}/${file}' not found.`,
        );
      return success(`Config file '${file}' backed up as '${this.#keep(machine, kind)}' successfully.`);
    });
  }

  backupAll(machine: Machine): Promise<Result> {
    const { name } = machine;
    return this.#stopped('backup', machine, {}, () => {
      const details: Record<string, string> = { world: this.pathOf(name, this.#keep(machine, 'world')) };
      for (const kind of configKinds)
        details[fileOfKind[kind]] = this.pathOf(name, this.#keep(machine, kind));
      return { ...success(`Full backup completed successfully for server '${name}'.`), details };
    });
  }

  restore(machine: Machine, kind: BackupKind, file: string): Promise<Result> {
    const { name } = machine;
    return this.#stopped('restore', machine, { backup_file_path: this.pathOf(name, file) }, () =>
      kind === 'world'
        ? success(`World restore from '${file}' completed successfully for server '${name}'.`)
        : success(`Config file '${fileOfKind[kind]}' restored successfully from '${file}'.`),
    );
  }

  restoreAll(machine: Machine): Promise<Result> {
    const { name, backups } = machine;
    return this.#stopped('restore', machine, {}, () =>
      Object.values(backups).every((files) => files.length === 0)
        ? success(`No backups found for server '${name}'. Nothing restored.`)
        : success(`Restore_all completed successfully for server '${name}'.`),
    );
  }

  prune(machine: Machine): Promise<Result> {
    const { name } = machine;
    return this.#life.world.emitter.around('prune_backups', { server_name: name }, () => {
      for (const files of Object.values(machine.backups)) files.splice(keptBackups);
      return success(`Backup pruning completed for server '${name}'.`);
    });
  }

  exportWorld(machine: Machine): Promise<Result> {
    const { name } = machine;
    return this.#stopped('world_export', machine, { export_dir: null }, () =>
      this.#exported(`${name}_export.mcworld`, name),
    );
  }

  importWorld(machine: Machine, file: string): Promise<Result> {
    const { name } = machine;
    const data = { selected_file_path: `${home}/content/worlds/${file}` };
    return this.#stopped('world_import', machine, data, () =>
      success(`World '${file}' imported successfully for server '${name}'.`),
    );
  }

  resetWorld(machine: Machine): Promise<Result> {
    const { name } = machine;
    const { emitter } = this.#life.world;
    return emitter.around('world_reset', { server_name: name }, () =>
      this.#inTurn(this.#worlds, async () => {
        await this.#life.whileStopped(machine, () => this.#work());
        return success(`World '${machine.properties['level-name'] ?? ''}' reset successfully.`);
      }),
    );
  }

  update(machine: Machine): Promise<Result> {
    const { name } = machine;
    const { emitter, timing } = this.#life.world;
    const latest = this.#latestVersion;
    return emitter.around('server_update', { server_name: name, send_message: true }, async () => {
      if (latest === machine.version) return { ...success('Server is already up-to-date.'), updated: false };
      if (latest === undefined) {
        await this.#life.setStatus(machine, 'UPDATING');
        await this.#life.setStatus(machine, 'ERROR');
        return failure(`Server update failed: ${noNetwork}`);
      }
      await this.#life.whileStopped(machine, async () => {
        await this.#life.setStatus(machine, 'UPDATING');
        await this.#life.rest(timing.installMs);
        machine.version = latest;
        await this.#life.setStatus(machine, 'UPDATED');
      });
      const message = `Server '${name}' update process completed. New version: ${latest}.`;
      return { ...success(message), updated: true, new_version: latest };
    });
  }

  install(name: string, target: string, zipPath: string | null): Promise<Result> {
    const { emitter, machines, timing } = this.#life.world;
    const data = { server_name: name, target_version: target, server_zip_path: zipPath };
    return emitter.around('server_install', data, async () => {
      const named = /^\d/.test(target) ? target : this.#latestVersion;
      if (named === undefined) return failure(`Server installation failed: ${noNetwork}`);
      const machine = new Machine({ name, version: named });
      machines.set(name, machine);
      await this.#life.setStatus(machine, 'INSTALLING');
      await this.#life.rest(timing.installMs);
      await this.#life.setStatus(machine, 'INSTALLED');
      const message = `Server '${name}' installed successfully to version ${named}.`;
      return { status: 'success', version: named, message };
    });
  }

  remove(machine: Machine): Promise<Result> {
    const { name } = machine;
    const { emitter, machines } = this.#life.world;
    return emitter.around('delete_server_data', { server_name: name, stop_if_running: true }, async () => {
      if (machine.alive) await this.#life.stop(machine);
      machines.delete(name);
      return success(`All data for server '${name}' deleted successfully.`);
    });
  }

  /** Something that is done with the server stopped and told of before and after, one at a time. */
  #stopped(
    stem: string,
    machine: Machine,
    extra: Readonly<Record<string, unknown>>,
    work: () => Result,
  ): Promise<Result> {
    const { emitter } = this.#life.world;
    const data = { server_name: machine.name, ...extra, stop_start_server: true };
    return emitter.around(stem, data, () =>
      this.#inTurn(stem.startsWith('world') ? this.#worlds : this.#backups, async () => {
        let result: Result | undefined;
        await this.#life.whileStopped(machine, async () => {
          await this.#work();
          result = work();
        });
        return result ?? failure('An unexpected error occurred.');
      }),
    );
  }

  /** Whose turn does not come has done nothing, and says so in its result alone: the task succeeds. */
  async #inTurn(turn: Turn, work: () => Promise<Result>): Promise<Result> {
    if (!(await turn.take(() => this.#patience()))) {
      const message =
        turn === this.#worlds
          ? 'A world operation is already in progress.'
          : 'Backup/restore operation already in progress.';
      return { status: 'skipped', message };
    }
    try {
      return await work();
    } finally {
      turn.release();
    }
  }

  #patience(): Promise<void> {
    const { traits, timing } = this.#life.world;
    if (!traits.waitsForTurn) return Promise.resolve();
    return timing.turnMs === Infinity ? new Promise(() => undefined) : this.#life.rest(timing.turnMs);
  }

  #work(): Promise<void> {
    return this.#life.rest(this.#life.world.timing.backupMs);
  }

  #exported(file: string, name: string): Result {
    if (!this.worldFiles.includes(file)) this.worldFiles.push(file);
    return success(`World for server '${name}' exported successfully as '${file}'.`);
  }

  /** Writes a backup down, the newest first, and answers its name. */
  #keep(machine: Machine, kind: BackupKind): string {
    const stamp = this.#stamp();
    const level = machine.properties['level-name'] ?? '';
    const file = {
      world: `${level}_backup_${stamp}.mcworld`,
      properties: `server_backup_${stamp}.properties`,
      allowlist: `allowlist_backup_${stamp}.json`,
      permissions: `permissions_backup_${stamp}.json`,
    }[kind];
    if (machine.backups[kind][0] !== file) machine.backups[kind].unshift(file);
    return file;
  }

  #stamp(): string {
    const [date = '', time = ''] = new Date(this.#life.world.now()).toISOString().split('T');
    return `${date.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}`;
  }

  pathOf(name: string, file: string): string {
    return `${home}/backups/${name}/${file}`;
  }
}
