import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionMemory } from '../../core/systems/session.ts';

/** Changes are written at most this often; the end of the window writes what is left. */
const writeAfterMs = 1000;

/** The memories of all connections, one small file each; written whole and put in place at once. */
export class SessionMemories {
  readonly #folder: string;
  readonly #changed = new Map<string, unknown>();
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  of(connection: string): SessionMemory {
    return {
      load: () => {
        if (this.#changed.has(connection)) return this.#changed.get(connection);
        try {
          return JSON.parse(readFileSync(this.#path(connection), 'utf8')) as unknown;
        } catch {
          return undefined;
        }
      },
      save: (value) => {
        this.#changed.set(connection, value);
        this.#timer ??= setTimeout(() => {
          this.#write();
        }, writeAfterMs);
      },
    };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#write();
  }

  #write(): void {
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const [connection, value] of this.#changed) {
      const path = this.#path(connection);
      const draft = `${path}.${String(process.pid)}`;
      writeFileSync(draft, JSON.stringify(value), { mode: 0o600 });
      renameSync(draft, path);
    }
    this.#changed.clear();
  }

  #path(connection: string): string {
    return join(this.#folder, `${connection}.json`);
  }
}
