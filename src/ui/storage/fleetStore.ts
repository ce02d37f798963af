import type { CaptureLock } from '../../core/connections/connection.ts';
import type { Pipeline } from '../../core/journal/pipeline.ts';
import {
  checkpointOf,
  checkpointPieces,
  fleetOf,
  readCheckpoint,
  withCheckpoint,
  type Checkpoint,
} from '../../core/model/checkpoint.ts';
import { liveTimeline } from '../../core/model/event.ts';
import type { DebouncedFiles, FileContent } from '../../core/storage/debouncedFiles.ts';
import { systemOf } from '../../core/systems/index.ts';

/**
 * Keeps the state of each connection over a reload, one file each, so that windows with different connections do not
 * overwrite each other. Only the window that captures a connection writes its file; the next one reads it at takeover.
 */
export class FleetStore {
  readonly #files: DebouncedFiles;
  readonly #pipeline: Pipeline;
  readonly #unsubscribe: () => void;
  /** Connections that this window captures. */
  readonly #captured = new Set<string>();
  /** `written` of the checkpoint that this window read or wrote last, by connection. */
  readonly #written = new Map<string, number>();

  constructor(files: DebouncedFiles, pipeline: Pipeline) {
    this.#files = files;
    this.#pipeline = pipeline;
    this.#unsubscribe = pipeline.subscribe('fleet store', ({ timeline, before, fleet, events }) => {
      if (timeline !== liveTimeline || before === fleet) return;
      const changed = new Set<string>();
      for (const { connection, channel } of events)
        if (channel !== 'control' && this.#captured.has(connection)) changed.add(connection);
      for (const { id } of before.connections.values()) if (!fleet.connections.has(id)) changed.add(id);
      for (const id of changed) this.#files.change(fileName(id), () => this.#content(id));
    });
  }

  /** Starts the live timeline from the files; unreadable ones are left out. */
  restore(): void {
    const checkpoints = this.#files
      .names()
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => this.#read(name) ?? []);
    if (checkpoints.length === 0) return;
    for (const { connection, written = 0 } of checkpoints) this.#written.set(connection, written);
    this.#pipeline.restore(liveTimeline, fleetOf(checkpoints), this.#contextsOf(checkpoints));
  }

  /** A lock whose holder goes on from the checkpoint of the holder before, and leaves a complete one on release. */
  guard(lock: CaptureLock, beforeRelease: (connection: string) => void): CaptureLock {
    return {
      acquire: async (connection, signal, elsewhere) => {
        const release = await lock.acquire(connection, signal, elsewhere);
        try {
          this.#takeOver(connection);
        } catch (error) {
          await release();
          throw error;
        }
        return async () => {
          this.#files.flush(fileName(connection));
          this.#captured.delete(connection);
          beforeRelease(connection);
          await release();
        };
      },
    };
  }

  dispose(): void {
    this.#unsubscribe();
    this.#files.dispose();
  }

  #takeOver(connection: string): void {
    this.#captured.add(connection);
    const known = this.#written.get(connection) ?? 0;
    const checkpoint = this.#read(fileName(connection));
    if (!checkpoint || (checkpoint.written ?? 0) <= known) return;
    this.#written.set(connection, checkpoint.written ?? 0);
    this.#pipeline.flush();
    const before = this.#pipeline.fleet();
    const contexts = new Map<string, unknown>();
    for (const { id } of before.connections.values()) {
      const context = this.#pipeline.context(liveTimeline, id);
      if (context !== undefined) contexts.set(id, context);
    }
    contexts.delete(connection);
    for (const [id, context] of this.#contextsOf([checkpoint])) contexts.set(id, context);
    this.#pipeline.restore(liveTimeline, withCheckpoint(before, checkpoint), contexts);
  }

  #read(name: string): Checkpoint | undefined {
    try {
      return readCheckpoint(JSON.parse(this.#files.read(name) ?? ''));
    } catch {
      return undefined;
    }
  }

  #contextsOf(checkpoints: readonly Checkpoint[]): Map<string, unknown> {
    const contexts = new Map<string, unknown>();
    for (const { connection, system, context } of checkpoints) {
      const decoder = systemOf(system)?.decoder;
      if (decoder) contexts.set(connection, decoder.load(context));
    }
    return contexts;
  }

  #content(id: string): ReturnType<FileContent> {
    this.#pipeline.flush();
    const fleet = this.#pipeline.fleet();
    const decoder = systemOf(fleet.connections.get(id)?.system ?? '')?.decoder;
    const context = this.#pipeline.context(liveTimeline, id);
    const checkpoint = checkpointOf(
      fleet,
      id,
      decoder && context !== undefined ? decoder.save(context) : undefined,
    );
    if (!checkpoint) return 'remove';
    const written = this.#written.get(id) ?? 0;
    // A write that failed during the capture is repeated after it, unless another window has gone on meanwhile.
    if (!this.#captured.has(id) && (this.#read(fileName(id))?.written ?? 0) >= written) return 'keep';
    this.#written.set(id, written + 1);
    return checkpointPieces({ ...checkpoint, written: written + 1 });
  }
}

function fileName(connection: string): string {
  return `${connection}.json`;
}
