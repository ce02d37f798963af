import type { InstancePatch } from '../../../model/instance.ts';
import type { LifecycleState } from '../../../model/lifecycle.ts';
import type { DecodeStep, Signal } from '../../../model/signal.ts';
import type { TaskPatch } from '../../../model/task.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import {
  stateOfWork,
  stepsOfWork,
  works,
  type KgsmContext,
  type InstanceMemory,
  type Work,
} from './decoderState.ts';
import type { KgsmData } from '../messages.ts';

export interface LifecycleFact {
  readonly type: string;
  readonly instance: string;
  readonly data: KgsmData;
  readonly actor?: string | undefined;
  /** When the event was received. */
  readonly at: number;
}

/** Names of players that are remembered of one server. */
const mostNames = 100;

/** The game that a blueprint's file is named after: `minecraft.bp`, and `minecraft.bp.yaml` in version 3. */
export function gameOf(blueprint: string): string {
  return blueprint.replace(/\.bp(\.yaml)?$/, '');
}

const newcomer: InstanceMemory = { base: 'unknown', open: {} };

/** Ids of operations that are called otherwise than the work that they do; the fold joins both by it. */
const operationOfWork: Partial<Readonly<Record<Work, string>>> = { uninstall: 'remove' };

/** One event being applied: collects what changes and gives it all out at the end. */
export class InstanceUpdate {
  readonly fact: LifecycleFact;
  #memory: InstanceMemory;
  readonly #known: boolean;
  #context: KgsmContext;
  #patch: InstancePatch | undefined;
  #gone = false;
  #onlyIfKnown = false;
  readonly #tasks: Signal[] = [];

  constructor(context: KgsmContext, fact: LifecycleFact) {
    this.fact = fact;
    this.#context = context;
    const memory = context.memory.get(fact.instance);
    this.#known = memory !== undefined;
    this.#memory = memory ?? newcomer;
  }

  get known(): boolean {
    return this.#known;
  }

  get memory(): InstanceMemory {
    return this.#memory;
  }

  /** Notes that something was heard of the instance now. */
  touch(): void {
    const tick = this.#context.tick + 1;
    this.#context = { ...this.#context, tick };
    if (this.#known) this.#memory = { ...this.#memory, touched: tick };
  }

  /** From here on the instance is changed only where it is there: news of a removal must not bring it into being. */
  onlyIfKnown(): void {
    this.#onlyIfKnown = true;
  }

  field(name: string): string | undefined {
    const value = this.fact.data[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  patch(patch: InstancePatch): void {
    this.#patch = { ...this.#patch, ...patch };
  }

  base(state: LifecycleState, detail?: Text): void {
    this.#memory = { ...this.#memory, base: state };
    if (detail !== undefined) this.patch({ detail });
  }

  playerJoined(): void {
    const { players = 0, playerNames: names = [] } = this.#memory;
    const name = this.#playerName();
    const known = name === undefined || names.includes(name) || names.length >= mostNames;
    this.#setPlayers(players + 1, known ? names : [...names, name]);
  }

  playerLeft(): void {
    const { players = 0, playerNames: names = [] } = this.#memory;
    const name = this.#playerName();
    const left = Math.max(0, players - 1);
    this.#setPlayers(left, left === 0 ? [] : names.filter((each) => each !== name));
  }

  /** Nobody is on a server that is down; whether its generation counts players is seen when the next one joins. */
  noPlayers(): void {
    if (this.#memory.players === undefined) return;
    const { players: _players, playerNames: _names, ...rest } = this.#memory;
    this.#memory = rest;
    this.patch({ players: null });
  }

  /** Shows what the memory says the instance is now. */
  show(): void {
    const { open, base } = this.#memory;
    const work = works.find((w) => open[w]);
    const state = work === undefined ? base : stateOfWork[work];
    const blueprint = this.field('Blueprint');
    this.patch({ state, ...(blueprint === undefined ? {} : { game: gameOf(blueprint) }) });
    if (this.fact.actor !== undefined) this.patch({ actor: this.fact.actor });
  }

  begin(work: Work, title: Text): void {
    if (this.#memory.open[work]) this.finish(work, 'failed', text('Begun again before it ended'));
    const task = `${work}-${this.#context.nextTask}`;
    this.#context = { ...this.#context, nextTask: this.#context.nextTask + 1 };
    this.#memory = { ...this.#memory, open: { ...this.#memory.open, [work]: { task, seen: [] } } };
    this.#task(task, {
      title,
      subject: { kind: 'instance', key: this.fact.instance },
      state: 'running',
      percent: 0,
      operation: operationOfWork[work] ?? work,
      startedAt: this.fact.at,
      ...(this.fact.actor === undefined ? {} : { startedBy: { actor: this.fact.actor } }),
    });
  }

  /** Counts a step of the work, if that work is open. */
  step(work: Work, label: Text, ended = false): boolean {
    const open = this.#memory.open[work];
    if (!open) return false;
    const seen = open.seen.includes(this.fact.type) ? open.seen : [...open.seen, this.fact.type];
    this.#memory = { ...this.#memory, open: { ...this.#memory.open, [work]: { task: open.task, seen } } };
    const percent = Math.min(99, Math.round((100 * seen.length) / stepsOfWork[work]));
    this.#task(open.task, { percent, message: label, step: label });
    if (ended) this.finish(work, 'succeeded');
    return true;
  }

  finish(work: Work, state: 'succeeded' | 'failed' | 'lost', message?: Text): void {
    const ended = this.#memory.open[work];
    if (!ended) return;
    const { [work]: _ended, ...open } = this.#memory.open;
    this.#memory = { ...this.#memory, open };
    this.#task(ended.task, { state, ...(message ? { message } : {}) });
  }

  gone(): void {
    for (const work of works)
      this.finish(work, work === 'uninstall' ? 'succeeded' : 'failed', text('The instance was removed'));
    this.#gone = true;
  }

  result(): DecodeStep<KgsmContext> {
    const { instance } = this.fact;
    const { memory } = this.#context;
    if (this.#gone) {
      return {
        context: { ...this.#context, memory: memory.delete(instance) },
        signals: [...this.#tasks, { signal: 'gone', kind: 'instance', key: instance }],
      };
    }
    const remembered = this.#known || this.#memory !== newcomer;
    const kept: InstanceMemory = this.#known
      ? this.#memory
      : { ...this.#memory, touched: this.#context.tick };
    return {
      context: remembered ? { ...this.#context, memory: memory.set(instance, kept) } : this.#context,
      signals: this.#patch
        ? [
            ...this.#tasks,
            {
              signal: 'instance',
              kind: 'instance',
              key: instance,
              patch: this.#patch,
              ...(this.#onlyIfKnown ? { onlyIfKnown: true } : {}),
            },
          ]
        : this.#tasks,
    };
  }

  #setPlayers(players: number, names: readonly string[]): void {
    const { playerNames: old, ...rest } = this.#memory;
    this.#memory = { ...rest, players, ...(names.length === 0 ? {} : { playerNames: names }) };
    const isSame = old === names || (old ?? []).length + names.length === 0;
    this.patch({ players, ...(isSame ? {} : { playerNames: names.length === 0 ? null : names }) });
  }

  /** Name of the player whom the event is about. */
  #playerName(): string | undefined {
    const name = this.field('PlayerName') ?? this.field('PlayerId');
    return name === undefined ? undefined : oneLine(name, 60);
  }

  #task(id: string, patch: TaskPatch): void {
    this.#tasks.push({ signal: 'task', id, patch });
  }
}
