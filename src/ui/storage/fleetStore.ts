import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTimeline } from '../../core/model/event.ts';
import { checkpointOf, fleetOf, readCheckpoint, type Checkpoint } from '../../core/model/checkpoint.ts';
import type { Pipeline } from '../../core/journal/pipeline.ts';
import { systemOf } from '../../core/systems/index.ts';

/** Changes are written at most this often; a reload writes what is left. */
const writeAfterMs = 1000;

/**
 * Keeps what is known of each connection over a reload, one file each, so that windows with different connections do not
 * overwrite each other. Files are written whole and put in place at once.
 */
export class FleetStore {
  readonly #folder: string;
  readonly #pipeline: Pipeline;
  readonly #unsubscribe: () => void;
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string, pipeline: Pipeline) {
    this.#folder = folder;
    this.#pipeline = pipeline;
    this.#unsubscribe = pipeline.subscribe('fleet store', ({ timeline, before, fleet, events }) => {
      if (timeline !== liveTimeline || before === fleet) return;
      for (const { connection, channel } of events) if (channel !== 'control') this.#changed.add(connection);
      for (const { id } of before.connections.values()) if (!fleet.connections.has(id)) this.#changed.add(id);
      if (this.#changed.size > 0) {
        this.#timer ??= setTimeout(() => {
          this.#write();
        }, writeAfterMs);
      }
    });
  }

  /** Starts the live timeline from the files; what cannot be read is left out. */
  restore(): void {
    const checkpoints = this.#read();
    if (checkpoints.length === 0) return;
    const contexts = new Map<string, unknown>();
    for (const { connection, system, context } of checkpoints) {
      const decoder = systemOf(system)?.decoder;
      if (decoder) contexts.set(connection, decoder.load(context));
    }
    this.#pipeline.restore(liveTimeline, fleetOf(checkpoints), contexts);
  }

  dispose(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    this.#write();
  }

  #read(): Checkpoint[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return [];
    }
    return names.flatMap((name) => {
      if (!name.endsWith('.json')) return [];
      try {
        return readCheckpoint(JSON.parse(readFileSync(join(this.#folder, name), 'utf8'))) ?? [];
      } catch {
        return [];
      }
    });
  }

  #write(): void {
    this.#timer = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    if (changed.length === 0) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const fleet = this.#pipeline.fleet();
    for (const id of changed) {
      const path = join(this.#folder, `${id}.json`);
      const system = fleet.connections.get(id)?.system;
      const decoder = system === undefined ? undefined : systemOf(system)?.decoder;
      const context = this.#pipeline.context(liveTimeline, id);
      const checkpoint = checkpointOf(
        fleet,
        id,
        decoder && context !== undefined ? decoder.save(context) : undefined,
      );
      if (!checkpoint) {
        rmSync(path, { force: true });
        continue;
      }
      const draft = `${path}.${String(process.pid)}`;
      writeFileSync(draft, JSON.stringify(checkpoint), { mode: 0o600 });
      renameSync(draft, path);
    }
  }
}
