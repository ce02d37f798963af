import { text } from '../../../model/text.ts';
import { HttpError, type HttpAnswer } from '../../../wire/httpClient.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { isFields, named } from '../../reading.ts';
import type { ReleaseTraits } from '../release.ts';
import type { TaskLedger } from './taskLedger.ts';
import type { Transitions } from './transitions.ts';

/** Events come in bursts; what they make necessary is asked for once. */
const soonMs = 300;
/** The tasks of others are not pushed to us. */
const othersMs = 5000;
/** Old releases do not tell of a crash; only the list does. */
const lookMs = 60_000;
/** An opening does not wait longer for a server to come to rest. */
const patienceMs = 20_000;

interface Parts {
  readonly environment: SessionEnvironment;
  readonly username: string;
  readonly transitions: Transitions;
  readonly ledger: TaskLedger;
  readonly release: () => ReleaseTraits;
  readonly ask: (path: string) => Promise<HttpAnswer>;
  readonly onServers: () => void;
  readonly onRefused: (error: SessionError) => void;
}

/** Asks for the lists of servers and tasks: at the beginning, when told to, and where an event leaves something open. */
export class ListRefresh {
  readonly #parts: Parts;
  readonly #timers = new Map<string, () => void>();
  #servers: ReadonlySet<string> = new Set();
  #running: Promise<void> | undefined;
  /** Wanted, and put off because a server is on its way, or because it is being asked for already. */
  #wanted = false;
  #foreign = false;
  #ended = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The servers that are known to be there. */
  get servers(): ReadonlySet<string> {
    return this.#servers;
  }

  /** Everything once, and from then on what is due. */
  async begin(): Promise<void> {
    await this.#tasks();
    if (this.#parts.transitions.busy) {
      this.#wanted = true;
      this.#later('patience', patienceMs, () => {
        if (this.#servers.size === 0 && this.#wanted) void this.#askServers();
      });
    } else await this.#askServers();
    if (!this.#parts.release().statusEvents) this.#look();
  }

  async all(): Promise<void> {
    await this.#tasks();
    this.#wantServers();
  }

  serversSoon(): void {
    this.#later('servers', soonMs, () => {
      this.#wantServers();
    });
  }

  /** Nothing is on its way any more: what was put off is due. */
  quiet(): void {
    if (this.#wanted) this.serversSoon();
  }

  /** Something began that we did not ask for: its task is another user's. */
  somethingBegan(): void {
    if (this.#parts.ledger.open.length > 0 || this.#foreign || !this.#parts.release().taskList) return;
    if (!this.#timers.has('tasks')) this.#later('tasks', soonMs * 3, () => void this.#tasks());
  }

  /** Asks for one task. */
  async task(id: string): Promise<void> {
    const answer = await this.#ask(`/api/tasks/status/${encodeURIComponent(id)}`);
    if (!answer) return;
    if (answer.status === 404)
      this.#parts.ledger.settle(id, { outcome: 'lost', message: 'the server does not know it any more' });
    else if (answer.body.kind === 'json' && isFields(answer.body.value))
      this.#parts.ledger.take(id, answer.body.value);
  }

  end(): void {
    this.#ended = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #look(): void {
    this.#later('look', lookMs, () => {
      this.#wantServers();
      this.#look();
    });
  }

  #wantServers(): void {
    if (this.#ended) return;
    if (this.#running || this.#parts.transitions.busy) {
      this.#wanted = true;
      return;
    }
    void this.#askServers();
  }

  /** A call, because it changes while something is waited for. */
  #isWanted(): boolean {
    return this.#wanted;
  }

  async #askServers(): Promise<void> {
    this.#wanted = false;
    this.#running = this.#ask('/api/servers').then((answer) => {
      const value = answer?.status === 200 && answer.body.kind === 'json' ? answer.body.value : undefined;
      const list = isFields(value) ? value['servers'] : undefined;
      if (!Array.isArray(list)) return;
      const names = (list as readonly unknown[]).map((each) =>
        isFields(each) ? named(each['name']) : undefined,
      );
      this.#servers = new Set(names.filter((name) => name !== undefined));
      this.#parts.onServers();
    });
    await this.#running;
    this.#running = undefined;
    if (this.#isWanted()) this.#wantServers();
  }

  async #tasks(): Promise<void> {
    const { ledger, username, environment, transitions } = this.#parts;
    if (!this.#parts.release().taskList) {
      for (const id of remembered(environment.memory.load())) await this.task(id);
      return;
    }
    const answer = await this.#ask('/api/tasks/list');
    const list = answer?.status === 200 && answer.body.kind === 'json' ? answer.body.value : undefined;
    if (!Array.isArray(list)) return;
    let others = false;
    for (const entry of list as readonly unknown[]) {
      const id = isFields(entry) ? named(entry['id']) : undefined;
      if (id === undefined || !isFields(entry)) continue;
      const open = entry['status'] === 'in_progress' || entry['status'] === 'pending';
      if (entry['username'] === username) {
        if (open || ledger.open.includes(id)) ledger.take(id, entry);
      } else if (open) others = true;
      if (open) transitions.hold(`task:${id}`);
      else transitions.release(`task:${id}`);
    }
    if (this.#foreign && !others) this.serversSoon();
    this.#foreign = others;
    if (others) this.#later('tasks', othersMs, () => void this.#tasks());
  }

  /** One question; nothing where there is no good answer, which then stands in log and journal. */
  async #ask(path: string): Promise<HttpAnswer | undefined> {
    const { environment, ask, onRefused } = this.#parts;
    if (this.#ended) return undefined;
    try {
      return await ask(path);
    } catch (error) {
      if (environment.signal.aborted) return undefined;
      if (error instanceof SessionError) {
        if (!error.retry) onRefused(error);
        else environment.log.warn(error.text);
        return undefined;
      }
      if (!HttpError.is(error)) throw error;
      environment.log.warn(text('No answer to {0}: {1}', path, error.text));
      return undefined;
    }
  }

  #later(what: string, ms: number, run: () => void): void {
    if (this.#ended) return;
    this.#timers.get(what)?.();
    const cancel = this.#parts.environment.clock.after(ms, () => {
      this.#timers.delete(what);
      run();
    });
    this.#timers.set(what, cancel);
  }
}

function remembered(value: unknown): readonly string[] {
  const tasks = isFields(value) ? value['tasks'] : undefined;
  return Array.isArray(tasks) ? tasks.filter((id): id is string => typeof id === 'string') : [];
}
