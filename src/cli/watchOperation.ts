import { randomUUID } from 'node:crypto';
import { systemClock } from '../core/model/clock.ts';
import { instancesOf, type ConnectionStatus } from '../core/model/fleet.ts';
import type { Instance } from '../core/model/instance.ts';
import { english, errorWords, oneLine } from '../core/model/text.ts';
import type { Connection } from '../core/connections/connection.ts';
import type { OtherWindows } from '../core/connections/otherWindows.ts';
import { notOfferedBecause } from '../core/connections/notOffered.ts';
import { connectionOffers, instanceOffers } from '../core/connections/offers.ts';
import { runOperation } from '../core/connections/runOperation.ts';
import type { Pipeline } from '../core/journal/pipeline.ts';
import type { OperationOrder } from '../core/connections/operationRuns.ts';
import type {
  AnyOperation,
  InputContext,
  OperationInput,
  OperationResult,
  Question,
} from '../core/systems/operation.ts';
import type { ConnectionSettings } from '../core/systems/settings.ts';
import type { TimeUp } from './watch.ts';

/** An operation as the command line asks for it. */
export interface AskedOperation {
  readonly id: string;
  readonly key: string | undefined;
  readonly input: unknown;
}

interface Parts {
  readonly connection: Connection;
  readonly pipeline: Pipeline;
  readonly host: string;
  readonly time: TimeUp;
  /** Resolves when the connection has failed for good. */
  readonly failed: Promise<unknown>;
  readonly write: (line: object) => void;
  /** Run it where another process captures the connection. */
  readonly otherWindows?: OtherWindows;
}

/** How long an instance may be unheard of, or its state unknown, where nobody tells when all were listed. */
const heardOfWithinMs = 10_000;
/** How long an operation may take to end after it was aborted. */
const abortingMs = 5000;

/**
 * Runs the operation once the connection is ready and has listed its instances, and writes its outcome. What has begun may
 * outlast the time of the run, as long as the connection stands.
 */
export async function watchOperation(asked: AskedOperation, parts: Parts): Promise<void> {
  const { id, key } = asked;
  const report = (outcome: string, message: string): void => {
    parts.write({ operation: { id, ...(key === undefined ? {} : { subject: key }), outcome, message } });
  };
  const found = await find(asked, parts);
  if (typeof found === 'string') {
    report('refused', found);
    return;
  }
  const { operation, instance } = found;
  const { connection, time } = parts;
  const input = inputOf(operation, asked.input);
  const wrong = await orOver(
    refusal(operation, instance, input, parts),
    parts,
    'its choices were not listed',
  );
  if (wrong !== undefined) {
    report('refused', wrong);
    return;
  }
  const abort = new AbortController();
  const cancel = (): void => abort.abort();
  time.aborted.addEventListener('abort', cancel, { once: true });
  const late = Promise.withResolvers<undefined>();
  abort.signal.addEventListener('abort', () => setTimeout(late.resolve, abortingMs, undefined).unref());
  if (time.aborted.aborted) cancel();
  const unsubscribe = abortWhenLost(parts, cancel);
  const result = await Promise.race([
    isElsewhere(parts)
      ? parts.otherWindows?.run({ connection, operation, instance, input })
      : runHere({ operation, instance, input }, parts, abort.signal),
    late.promise,
  ]);
  unsubscribe();
  if (result) report(result.outcome, english(result.message));
  else report('failed', 'it did not end in time; how it ended is not known');
}

function runHere(
  { operation, instance, input }: Pick<OperationOrder, 'operation' | 'instance' | 'input'>,
  { connection, pipeline, host }: Parts,
  signal: AbortSignal,
): Promise<OperationResult> {
  return runOperation({
    id: randomUUID(),
    connection: connection.settings,
    system: connection.system,
    operation,
    instance,
    session: connection.session,
    nextSession: (after, ended) => connection.nextSession(after, ended),
    input,
    pipeline,
    clock: systemClock,
    host,
    window: 'gsops',
    signal,
    ask: (question) => Promise.resolve(isAnswered(question, input)),
    log: (line) => process.stderr.write(`${line}\n`),
  });
}

/** Whether another process captures the connection, and can be asked. */
function isElsewhere({ connection, otherWindows }: Parts): boolean {
  return otherWindows !== undefined && connection.state === 'elsewhere';
}

/** After the time of the run, an operation whose connection is lost is not waited for any longer. */
function abortWhenLost({ connection, pipeline, time }: Parts, cancel: () => void): () => void {
  let isOver = false;
  const look = (): void => {
    if (isOver && connection.state !== 'ready' && connection.state !== 'elsewhere') cancel();
  };
  void time.over.then(() => {
    isOver = true;
    look();
  });
  return pipeline.subscribe('operation', look);
}

/** The operation and its instance as they are now, or why there is nothing to run. */
async function find(
  { id, key }: AskedOperation,
  parts: Parts,
): Promise<{ readonly operation: AnyOperation; readonly instance: Instance | undefined } | string> {
  const { connection, pipeline } = parts;
  const { system, settings } = connection;
  const operation = system.operations.find((o) => o.id === id);
  if (!operation)
    return `there is no operation ${oneLine(id, 40)}; there is: ${system.operations.map((o) => o.id).join(', ')}`;
  if (key === undefined && operation.target === 'instance')
    return `${id} needs an instance: --run ${id}:<instance key>`;
  const instanceNow = (): Instance | undefined =>
    instancesOf(pipeline.fleet(), settings.id).find((instance) => instance.key === key);
  const status = (): ConnectionStatus | undefined => pipeline.fleet().connections.get(settings.id);
  const isReady = (): boolean =>
    isElsewhere(parts) || (connection.session !== undefined && status()?.state === 'ready');
  if ((await until(parts, isReady)) !== 'yes') return 'the connection did not become ready';
  if (key === undefined || operation.target === 'connection')
    return isOffered(operation, undefined, connection) ?? { operation, instance: undefined };
  const isKnown = (): boolean =>
    status()?.listedAt !== undefined || (instanceNow()?.state ?? 'unknown') !== 'unknown';
  await until(parts, isKnown, { listed: connection.session?.listed, ms: heardOfWithinMs });
  pipeline.flush();
  const instance = instanceNow();
  if (!instance) return `there is no instance ${oneLine(key, 80)} on ${settings.id}${others(parts)}`;
  return isOffered(operation, instance, connection) ?? { operation, instance };
}

function others({ connection, pipeline }: Parts): string {
  const keys = instancesOf(pipeline.fleet(), connection.id).map(({ key }) => oneLine(key, 40));
  return keys.length === 0 ? '' : `; there is: ${keys.slice(0, 20).join(', ')}`;
}

/** Why the operation is not on offer now, if it is not. */
function isOffered(
  operation: AnyOperation,
  instance: Instance | undefined,
  connection: Connection,
): string | undefined {
  const { system, settings, reach } = connection;
  const offers = instance
    ? instanceOffers(system, settings, instance, reach)
    : connectionOffers(system, settings, reach);
  return offers.some(({ id }) => id === operation.id)
    ? undefined
    : english(notOfferedBecause(operation.id, operation, connection, instance));
}

/** Why what was given does not suffice: a choice that is not there, or a question without its answer. */
async function refusal(
  operation: AnyOperation,
  instance: Instance | undefined,
  input: OperationInput,
  parts: Parts,
): Promise<string | undefined> {
  const { connection, time, otherWindows } = parts;
  const { settings, session } = connection;
  let given: OperationInput = {};
  for (const asked of operation.inputs ?? []) {
    if (asked.when?.(given) === false) continue;
    const value = input[asked.field];
    if (!('check' in asked)) {
      const context: InputContext<ConnectionSettings> = {
        settings,
        instance,
        session,
        given,
        signal: time.aborted,
      };
      const options =
        otherWindows && isElsewhere(parts)
          ? otherWindows.choices({ connection, operation, instance, field: asked.field, given }, time.aborted)
          : asked.options(context);
      const wrong = await wrongChoice(asked.field, value, english(asked.none), options);
      if (wrong !== undefined) return wrong;
    }
    if (value !== undefined) given = { ...given, [asked.field]: value };
  }
  return unanswered(operation, instance, input, connection);
}

type PickInput = Extract<NonNullable<AnyOperation['inputs']>[number], { options(context: never): unknown }>;

async function wrongChoice(
  field: string,
  value: string | undefined,
  none: string,
  options: ReturnType<PickInput['options']>,
): Promise<string | undefined> {
  let choices: readonly string[];
  try {
    choices = (await options).map((each) => (typeof each === 'string' ? each : each.value));
  } catch (error) {
    return `the choices for ${JSON.stringify(field)} could not be listed: ${errorWords(error)}`;
  }
  if (value !== undefined && choices.includes(value)) return undefined;
  if (choices.length === 0) return none;
  const listed = choices.slice(0, 20).map((each) => JSON.stringify(oneLine(each, 80)));
  return `--input needs ${JSON.stringify(field)}, one of ${listed.join(', ')}`;
}

/** The question that VS Code would ask before the operation, with the answer that the input has to hold. */
function unanswered(
  operation: AnyOperation,
  instance: Instance | undefined,
  input: OperationInput,
  { settings, session }: Connection,
): string | undefined {
  const question =
    operation.target === 'connection'
      ? operation.confirm?.(input, settings.name, session)
      : instance && operation.confirm?.(instance, settings.name);
  if (!question || isAnswered(question, input)) return undefined;
  const answer = JSON.stringify(question.typed ?? 'yes');
  return `${english(question.message)} ${english(question.detail)} Say so with --input '{"confirm":${answer}}'`;
}

/** Nobody is there to answer; who means it says so with the input. */
export function isAnswered({ typed }: Question, input: unknown): boolean {
  const answer =
    typeof input === 'object' && input !== null && 'confirm' in input ? input.confirm : undefined;
  return answer === (typed ?? 'yes');
}

/** Waits until something holds of connection and fleet; `no` where the run is over or failed before. */
async function until(
  { pipeline, time, failed }: Parts,
  holds: () => boolean,
  limit: { readonly listed?: Promise<unknown> | undefined; readonly ms?: number } = {},
): Promise<'yes' | 'no'> {
  pipeline.flush();
  if (holds()) return 'yes';
  const found = Promise.withResolvers<'yes' | 'no'>();
  const no = (): void => found.resolve('no');
  const unsubscribe = pipeline.subscribe('operation', () => {
    if (holds()) found.resolve('yes');
  });
  const timer = limit.listed || limit.ms === undefined ? undefined : setTimeout(no, limit.ms);
  void limit.listed?.then(no);
  void time.over.then(no);
  void failed.then(no);
  const answer = await found.promise;
  clearTimeout(timer);
  unsubscribe();
  return answer;
}

/** The promise, or these words where the run is over before. */
function orOver(
  promise: Promise<string | undefined>,
  { time }: Parts,
  words: string,
): Promise<string | undefined> {
  return Promise.race([promise, time.over.then(() => words)]);
}

/** An object gives every input by its field; anything else is meant for the first. */
function inputOf(operation: AnyOperation, input: unknown): OperationInput {
  if (typeof input === 'object' && input !== null && !Array.isArray(input))
    return Object.fromEntries(Object.entries(input).map(([field, value]) => [field, asText(value)]));
  const [first] = operation.inputs ?? [];
  return first && input !== undefined ? { [first.field]: asText(input) } : {};
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
