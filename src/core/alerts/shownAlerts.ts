import type { Alert } from './alert.ts';
import type { Mute } from './mutes.ts';

/** Alerts and mutes of the timeline that one works with, as the parts of a window show them. */
export class ShownAlerts {
  readonly #listeners = new Set<() => void>();
  /** The newest first; those that are muted are not among them. */
  unseen: readonly Alert[] = [];
  mutes: readonly Mute[] = [];

  show(unseen: readonly Alert[], mutes: readonly Mute[]): void {
    this.unseen = unseen;
    this.mutes = mutes;
    for (const listener of this.#listeners) listener();
  }

  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
