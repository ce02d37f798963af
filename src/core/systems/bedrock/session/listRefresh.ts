import { errorWords, text } from '../../../model/text.ts';
import { HttpError, type HttpAnswer } from '../../../wire/httpClient.ts';
import { DeferredRun } from '../../conversation/deferredRun.ts';
import type { TaskLedger } from '../../conversation/taskLedger.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import type { ReleaseTraits } from '../release.ts';
import { taskEndIn } from '../messages.ts';
import type { TaskEnd } from './bedrockSession.ts';
import type { ProcessWatch } from './processWatch.ts';
import type { Transitions } from './transitions.ts';

/** Events come in bursts: the list that they make necessary is asked for once. */
const soonMs = 300;
/** Tasks of other users are not pushed to us: their list is asked for this often. */
const othersMs = 5000;
/** Releases before 3.10 do not tell of a crash; list and processes do, and are asked for this often. */
const lookMs = 60_000;
/** The program looks for crashes every 10 s: so long after one, the server runs again or was given up. */
const lookAfterCrashMs = 12_000;
/** An opening does not wait longer for a server to come to rest. */
const patienceMs = 20_000;

interface Parts {
  readonly environment: SessionEnvironment;
  readonly username: string;
  readonly transitions: Transitions;
  readonly ledger: TaskLedger<{ readonly id: string }, TaskEnd>;
  readonly release: () => ReleaseTraits;
  readonly ask: (path: string) => Promise<Pick<HttpAnswer, 'status' | 'body'>>;
  /** Of a release that tells of no crash, if its starts and stops are heard of. */
  readonly processes: () => ProcessWatch | undefined;
  readonly onServers: () => void;
  readonly onRefused: (error: SessionError) => void;
}

/** Asks for the lists of servers and tasks: at the beginning, when told to, and where an event leaves something open. */
export class ListRefresh {
  readonly #parts: Parts;
  readonly #serverList: DeferredRun;
  readonly #processList: DeferredRun;
  readonly #taskList: DeferredRun;
  readonly #listed = Promise.withResolvers<undefined>();
  #servers: ReadonlySet<string> = new Set();
  /** The last list as it came. */
  #list: readonly unknown[] = [];
  /** The list of servers is wanted, but a server is on its way between two states. */
  #isPutOff = false;
  #isPatienceOver = false;
  #cancelPatience: () => void = () => undefined;
  /** Tasks of other users run. */
  #othersRun = false;
  #ended = false;

  constructor(parts: Parts) {
    const { clock, log } = parts.environment;
    const onError = (error: unknown): void =>
      log.error(text('Asking the server failed: {0}', errorWords(error)));
    this.#parts = parts;
    this.#serverList = new DeferredRun(clock, () => this.#askServers(), onError);
    this.#processList = new DeferredRun(clock, () => this.#askProcesses(), onError);
    this.#taskList = new DeferredRun(clock, () => this.#askTasks(), onError);
  }

  /** Names of the servers of the last list. */
  get servers(): ReadonlySet<string> {
    return this.#servers;
  }

  /** Resolves when the servers were listed once. */
  get listed(): Promise<unknown> {
    return this.#listed.promise;
  }

  /** Asks for everything once, and from then on for what is due. */
  async begin(): Promise<void> {
    await this.all();
    if (!this.#isPutOff || this.#ended) return;
    this.#cancelPatience = this.#parts.environment.clock.after(patienceMs, () => {
      this.#isPatienceOver = this.#servers.size === 0;
      if (this.#isPutOff && this.#isPatienceOver) void this.#serverList.now();
    });
  }

  async all(): Promise<void> {
    await this.#taskList.now();
    await this.#serverList.now();
  }

  serversSoon(): void {
    this.#serverList.within(soonMs);
  }

  /** All transitions ended: runs the deferred refresh. */
  quiet(): void {
    if (this.#isPutOff) this.serversSoon();
  }

  /** Something began that we did not ask for: its task is another user's. */
  somethingBegan(): void {
    if (this.#parts.ledger.open.length > 0 || this.#othersRun || !this.#parts.release().taskList) return;
    this.#taskList.within(soonMs * 3);
  }

  /** Asks for one task. */
  async task(id: string): Promise<void> {
    const answer = await this.#ask(`/api/tasks/status/${encodeURIComponent(id)}`);
    if (!answer) return;
    const unknown = { outcome: 'lost', message: text('the server does not know it any more') } as const;
    if (answer.status === 404) this.#parts.ledger.take({ id }, { end: unknown });
    else if (answer.body.kind === 'json' && isFields(answer.body.value))
      this.#takeTask(id, answer.body.value);
  }

  end(): void {
    this.#ended = true;
    this.#cancelPatience();
    void this.#serverList.end();
    void this.#processList.end();
    void this.#taskList.end();
  }

  async #askServers(): Promise<void> {
    // Old releases tell of a crash in the list alone.
    if (!this.#parts.release().statusEvents)
      this.#serverList.within(this.#parts.processes()?.isWaiting ? lookAfterCrashMs : lookMs);
    this.#isPutOff = this.#parts.transitions.busy && !this.#isPatienceOver;
    if (this.#isPutOff) return;
    this.#isPatienceOver = false;
    const answer = await this.#ask('/api/servers');
    const value = answer?.status === 200 && answer.body.kind === 'json' ? answer.body.value : undefined;
    const list = isFields(value) ? value['servers'] : undefined;
    if (!Array.isArray(list)) return;
    const names = (list as readonly unknown[]).map((each) =>
      isFields(each) ? named(each['name']) : undefined,
    );
    this.#servers = new Set(names.filter((name) => name !== undefined));
    this.#parts.onServers();
    this.#listed.resolve(undefined);
    this.#list = list as readonly unknown[];
    void this.#processList.now();
  }

  /** Of what runs, the list does not tell whether it is still the same process. */
  async #askProcesses(): Promise<void> {
    const processes = this.#parts.processes();
    if (!processes) return;
    for (const each of this.#list) {
      const { name, status } = isFields(each) ? each : {};
      const server = named(name);
      if (server === undefined) continue;
      if (status === 'STOPPED' || status === 'ERROR') processes.take(server, undefined);
      if (status !== 'RUNNING') continue;
      const { commands } = processes;
      const answer = await this.#ask(`/api/server/${encodeURIComponent(server)}/process_info`);
      if (answer?.status === 200 && answer.body.kind === 'json' && commands === processes.commands)
        processes.takeMeasured(server, answer.body.value);
    }
  }

  async #askTasks(): Promise<void> {
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
        if (open || ledger.open.some((each) => each.id === id)) this.#takeTask(id, entry);
      } else if (open) others = true;
      if (open) transitions.hold(`task:${id}`);
      else transitions.release(`task:${id}`);
    }
    if (this.#othersRun && !others) this.serversSoon();
    this.#othersRun = others;
    if (others) this.#taskList.within(othersMs);
  }

  #takeTask(id: string, data: Fields): void {
    const end = taskEndIn(data);
    this.#parts.ledger.take({ id }, end ? { end } : {});
  }

  /** Asks one question; answers nothing where there is no good answer, which then stands in log and journal. */
  async #ask(path: string): Promise<Pick<HttpAnswer, 'status' | 'body'> | undefined> {
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
}

function remembered(value: unknown): readonly string[] {
  const tasks = isFields(value) ? value['tasks'] : undefined;
  return Array.isArray(tasks) ? tasks.filter((id): id is string => typeof id === 'string') : [];
}
