import type * as z from 'zod/mini';
import { findInstance } from '../model/fleet.ts';
import type { Subject } from '../model/event.ts';
import { instanceRef, subjectOf, type Instance } from '../model/instance.ts';
import { isFinished, isOperation, type Task, type TaskState } from '../model/task.ts';
import { putTask } from '../model/taskFold.ts';
import { text, unstopped, type Text } from '../model/text.ts';
import type { Clock } from '../model/clock.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import type { JournalRequest } from '../journal/store/messages.ts';
import { failed, refused } from '../systems/operation.ts';
import type {
  AnyOperation,
  InputChoice,
  OperationInput,
  OperationResult,
  Question,
} from '../systems/operation.ts';
import type { Connection } from './connection.ts';
import { notOfferedBecause } from './notOffered.ts';
import { connectionOffers, instanceOffers } from './offers.ts';
import type { OperationOrder, OperationRuns } from './operationRuns.ts';
import {
  inputAnswer,
  outcomeAnswer,
  questionAnswer,
  requestBodies,
  type RequestBody,
  type RequestKind,
} from './requestBodies.ts';
import { addressOfWindow, takenWithinMs, type Reply, type RequestBox } from './requestBox.ts';
import { titleOf } from './runOperation.ts';

export interface OtherWindowsOptions {
  readonly box: Pick<RequestBox, 'ask'>;
  readonly pipeline: Pipeline;
  readonly runs: OperationRuns;
  readonly clock: Clock;
  readonly window: string;
  readonly newId: () => string;
  connection(id: string): Connection | undefined;
  /** Asks the user of this window. */
  ask(question: Question): Promise<boolean>;
  /** Sends an event through a connection of this window. */
  emit(connection: Connection, emission: RequestBody<'emission'>): Promise<OperationResult>;
}

/** An input whose choices or first value only the window with the session knows. */
export interface AskedInput {
  readonly connection: Connection;
  readonly operation: AnyOperation;
  readonly instance: Instance | undefined;
  readonly field: string;
  readonly given: OperationInput;
}

type Answered<T> = { readonly answer: T } | { readonly why: Text; readonly state: TaskState };

/**
 * Work for connections that another window captures: this window asks that one, and does what it is asked for its own.
 * Questions are asked where the user pressed; the task is the same in all windows.
 */
export class OtherWindows {
  readonly #options: OtherWindowsOptions;
  readonly #asked = new Map<string, AbortController>();

  constructor(options: OtherWindowsOptions) {
    this.#options = options;
  }

  /** Lets the window that captures the connection run an operation. The answer says what became of it; never rejects. */
  async run(order: OperationOrder, id = this.#options.newId()): Promise<OperationResult> {
    const { connection, operation, instance, input } = order;
    const abort = new AbortController();
    this.#asked.set(id, abort);
    this.#showWaiting(id, order);
    const body: RequestBody<'operation'> = { operation: operation.id, input, ...asSubject(instance) };
    const reply = await this.#ask(connection.id, 'operation', body, outcomeAnswer, {
      id,
      signal: abort.signal,
    });
    this.#asked.delete(id);
    if ('why' in reply) {
      this.#conclude(id, reply.state, reply.why);
      return reply.state === 'aborted' ? refused(reply.why) : failed(reply.why);
    }
    const { outcome, message } = reply.answer;
    // Rows of the task come through the journal as well, but not where the operation was turned down before it began.
    const state = outcome === 'succeeded' ? 'succeeded' : outcome === 'cancelled' ? 'aborted' : 'failed';
    this.#conclude(id, state, message);
    return { outcome: outcome === 'cancelled' ? 'refused' : outcome, message };
  }

  /** Cancels an operation that another window runs, or that none has begun; false where the task is no such thing. */
  cancel(task: Task): boolean {
    if (!isOperation(task)) return false;
    if (this.#options.connection(task.connection)?.state !== 'elsewhere') return false;
    this.#asked.get(task.id)?.abort();
    void this.#ask(task.connection, 'cancel', { task: task.id }, outcomeAnswer);
    return true;
  }

  /** Choices of an input. Rejects with words where the other window has none to give. */
  async choices(asked: AskedInput, signal: AbortSignal): Promise<readonly InputChoice[]> {
    return (await this.#input(asked, 'options', signal))?.choices?.map(choiceOf) ?? [];
  }

  /** First value of an input; empty where the other window has none to give. */
  async firstValue(asked: AskedInput, signal: AbortSignal): Promise<string> {
    return (await this.#input(asked, 'value', signal))?.value ?? '';
  }

  /** Lets the window that captures a connection send an event. */
  async emit(
    connection: string,
    emission: RequestBody<'emission'>,
    signal: AbortSignal,
  ): Promise<OperationResult> {
    const reply = await this.#ask(connection, 'emission', emission, outcomeAnswer, { signal });
    if ('why' in reply) return failed(reply.why);
    const { outcome, message } = reply.answer;
    return { outcome: outcome === 'cancelled' ? 'failed' : outcome, message };
  }

  /** Does what another window asks; the answer is for that window. */
  serve({ id, connection: to, kind, body, window }: JournalRequest): Promise<unknown> {
    const as = <Kind extends RequestKind>(wanted: Kind): RequestBody<Kind> | undefined => {
      if (kind !== wanted) return undefined;
      const read = requestBodies[wanted].safeParse(body);
      return read.success ? (read.data as RequestBody<Kind>) : undefined;
    };
    const question = as('question')?.question;
    if (question) return this.#options.ask(withoutUndefined(question)).then((yes) => ({ yes }));
    const cancel = as('cancel');
    if (cancel)
      return Promise.resolve(
        this.#options.runs.cancel(cancel.task)
          ? { outcome: 'succeeded', message: text('Cancel was asked for') }
          : refused(text('It does not run there')),
      );
    const connection = this.#options.connection(to);
    if (connection?.state !== 'ready') return Promise.resolve(notConnected);
    const operation = as('operation');
    if (operation) return this.#serveOperation(connection, operation, id, window);
    const input = as('input');
    if (input) return this.#serveInput(connection, input);
    const emission = as('emission');
    if (emission) return this.#options.emit(connection, emission);
    return Promise.resolve(
      refused(text('The other window is of another version and cannot do this. Reload it.')),
    );
  }

  #serveOperation(
    connection: Connection,
    { operation: id, subject, input }: RequestBody<'operation'>,
    task: string,
    window: string,
  ): Promise<OperationResult> {
    const found = this.#offered(connection, id, subject);
    // As the fleet of the asking window had it; here it is newer.
    if (!found) return Promise.resolve(refused(this.#whyNot(connection, id, subject)));
    return this.#options.runs.run(
      { connection, ...found, input },
      {
        id: task,
        window,
        ask: async (question, signal) => {
          const reply = await this.#ask(addressOfWindow(window), 'question', { question }, questionAnswer, {
            signal,
          });
          return 'answer' in reply && reply.answer.yes;
        },
      },
    );
  }

  #whyNot(connection: Connection, operation: string, subject: RequestBody<'operation'>['subject']): Text {
    const asked = connection.system.operations.find((each) => each.id === operation);
    const { pipeline } = this.#options;
    const instance =
      subject && findInstance(pipeline.fleet(), instanceRef(connection.id, withoutUndefined(subject)));
    return asked
      ? notOfferedBecause(operation, asked, connection, instance)
      : text('This cannot be done now');
  }

  async #serveInput(
    connection: Connection,
    { operation: id, subject, field, given, wanted }: RequestBody<'input'>,
  ): Promise<unknown> {
    const found = this.#offered(connection, id, subject);
    const asked = found?.operation.inputs?.find((each) => each.field === field);
    if (!found || !asked) return {};
    const { settings, session } = connection;
    const signal = AbortSignal.timeout(takenWithinMs);
    const context = { settings, session, instance: found.instance, given, signal };
    try {
      if ('options' in asked) return wanted === 'options' ? { choices: await asked.options(context) } : {};
      return { value: await asked.value?.(context) };
    } catch {
      return {};
    }
  }

  #offered(
    connection: Connection,
    operation: string,
    subject: RequestBody<'operation'>['subject'],
  ): Pick<OperationOrder, 'operation' | 'instance'> | undefined {
    const { id, system, settings, reach } = connection;
    const isIt = (each: AnyOperation): boolean => each.id === operation;
    if (!subject) {
      const offered = connectionOffers(system, settings, reach).find(isIt);
      return offered && { operation: offered, instance: undefined };
    }
    const instance = findInstance(this.#options.pipeline.fleet(), instanceRef(id, withoutUndefined(subject)));
    const offered = instance && instanceOffers(system, settings, instance, reach).find(isIt);
    return offered && { operation: offered, instance };
  }

  async #input(
    { connection, operation, instance, field, given }: AskedInput,
    wanted: 'options' | 'value',
    signal: AbortSignal,
  ): Promise<z.infer<typeof inputAnswer> | undefined> {
    const body: RequestBody<'input'> = {
      operation: operation.id,
      field,
      given,
      wanted,
      ...asSubject(instance),
    };
    const reply = await this.#ask(connection.id, 'input', body, inputAnswer, { signal });
    return 'answer' in reply ? reply.answer : undefined;
  }

  async #ask<Kind extends RequestKind, T>(
    to: string,
    kind: Kind,
    body: RequestBody<Kind>,
    schema: z.ZodMiniType<T>,
    { id = this.#options.newId(), signal }: { readonly id?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Answered<T>> {
    const reply = await this.#options.box.ask({ id, to, kind, body, ...(signal ? { signal } : {}) });
    if (reply.is !== 'answered') return wordsOf(reply);
    const read = schema.safeParse(reply.answer);
    if (read.success) return { answer: read.data };
    return { why: text('The other window gave an answer that this one does not understand'), state: 'lost' };
  }

  /** The task as it is until the other window says that it runs. */
  #showWaiting(id: string, order: OperationOrder): void {
    const { pipeline, clock, window } = this.#options;
    const { connection, operation, instance } = order;
    const at = clock.now();
    const task: Task = {
      id,
      connection: connection.id,
      ...asSubject(instance),
      title: titleOf(order),
      state: 'waiting',
      percent: null,
      message: text('Waiting for the window that is connected'),
      steps: [],
      startedAt: at,
      lastEventAt: at,
      cancellable: true,
      startedBy: { window },
      operation: operation.id,
    };
    pipeline.adopt((fleet) => ({ ...fleet, ...putTask(fleet, task) }));
  }

  #conclude(id: string, state: TaskState, message: Text): void {
    const { pipeline, clock } = this.#options;
    pipeline.adopt((fleet) => {
      const task = fleet.tasks.get(id);
      if (!task || isFinished(task.state)) return fleet;
      // All windows are told by the next one that captures the connection.
      if (state === 'lost' && task.state !== 'waiting') return fleet;
      const at = clock.now();
      const ended = { ...task, state, message, finishedAt: at, lastEventAt: at, cancellable: false };
      return { ...fleet, ...putTask(fleet, ended) };
    });
  }
}

const notConnected = refused(text('The other window is not connected any more. It was not done.'));

function wordsOf(reply: Exclude<Reply, { readonly is: 'answered' }>): {
  readonly why: Text;
  readonly state: TaskState;
} {
  switch (reply.is) {
    case 'withdrawn':
      return { why: text('Cancelled before it began'), state: 'aborted' };
    case 'expired':
      return {
        why: text(
          'No other window took it within {0} s. It was not done and will not be.',
          takenWithinMs / 1000,
        ),
        state: 'failed',
      };
    case 'unknown':
      return {
        why: text(
          'The window that did it ended before it said how it went. Whether it was done is not known.',
        ),
        state: 'lost',
      };
    case 'unavailable':
      return {
        why: text('The other window cannot be asked: {0}. It was not done.', unstopped(reply.why)),
        state: 'failed',
      };
  }
}

function asSubject(instance: Instance | undefined): { readonly subject?: Subject } {
  return instance ? { subject: subjectOf(instance) } : {};
}

function choiceOf(choice: NonNullable<z.infer<typeof inputAnswer>['choices']>[number]): InputChoice {
  return typeof choice === 'string' ? choice : withoutUndefined(choice);
}

/** An optional field that is absent: what is read from JSON has no other. */
function withoutUndefined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return value as { [Key in keyof T]: Exclude<T[Key], undefined> };
}
