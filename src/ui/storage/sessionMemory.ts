import type { DebouncedFiles } from '../../core/storage/debouncedFiles.ts';
import type { SessionMemory } from '../../core/systems/session.ts';

/** The memories of all connections, one small file each. */
export class SessionMemories {
  readonly #files: DebouncedFiles;

  constructor(files: DebouncedFiles) {
    this.#files = files;
  }

  of(connection: string): SessionMemory {
    const name = fileName(connection);
    return {
      load: () => {
        try {
          return JSON.parse(this.#files.pending(name) ?? this.#files.read(name) ?? '') as unknown;
        } catch {
          return undefined;
        }
      },
      save: (value) => this.#files.change(name, () => [JSON.stringify(value)]),
    };
  }

  /** Writes the memory of a connection now, before another window reads it. */
  flush(connection: string): void {
    this.#files.flush(fileName(connection));
  }

  dispose(): void {
    this.#files.dispose();
  }
}

function fileName(connection: string): string {
  return `${connection}.json`;
}
