import { commands, EventEmitter } from 'vscode';
import { liveTimeline } from '../core/model/event.ts';
import { contextKeys } from './contributions/ids.ts';

/** Which timeline is on screen: what is live, unless the user looks at a replay. Tree and inspector follow it. */
export class TimelineSelection {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #id = liveTimeline;
  #label: string | undefined;

  get id(): string {
    return this.#id;
  }

  /** The name of the replay, nothing while it is live. */
  get label(): string | undefined {
    return this.#label;
  }

  show(id: string, label: string): void {
    this.#set(id, label);
  }

  showLive(): void {
    this.#set(liveTimeline, undefined);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #set(id: string, label: string | undefined): void {
    if (id === this.#id) return;
    this.#id = id;
    this.#label = label;
    void commands.executeCommand('setContext', contextKeys.replaying, label !== undefined);
    this.#changed.fire();
  }
}
