import * as z from 'zod/mini';
import type { Problem } from '../../../model/event.ts';
import type { Decoded, Message, Signal } from '../../../model/signal.ts';
import { isText, oneLine, text, type Text } from '../../../model/text.ts';
import { askedInstance } from '../program/cliSyntax.ts';
import { works, type KgsmContext, type InstanceMemory } from './decoderState.ts';
import { parsedJson } from '../../reading.ts';
import { jsonIn } from '../program/jsonIn.ts';
import { plainNames, plainStatus } from '../program/plainText.ts';
import type { EndedWork } from '../session/kgsmSession.ts';
import { gameOf, InstanceUpdate } from './instanceUpdate.ts';
import { portsIn } from './ports.ts';

const requestSchema = z.object({ cli: z.array(z.string()) });
const replySchema = z.object({
  cli: z.array(z.string()),
  code: z.nullable(z.number()),
  output: z.string(),
  /** Why it is a failure, whatever the exit code. */
  problem: z.optional(z.custom<Text>(isText)),
});
const endedSchema = z.object({
  ended: z.object({
    work: z.enum(works),
    instance: z.string(),
    outcome: z.enum(['succeeded', 'failed']),
    message: z.custom<Text>(isText),
  }),
});

/** How a run of KGSM's program is journalled: the question before it, the answer after it, linked by correlation. */
export function cliRequest(args: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify({ cli: args }));
}
export function cliReply(
  args: readonly string[],
  code: number | null,
  output: string,
  problem?: Text,
): Uint8Array {
  return Buffer.from(JSON.stringify({ cli: args, code, output, ...(problem ? { problem } : {}) }));
}
/** How a command line of ours ended that events may have told of. */
export function cliEnded(ended: EndedWork): Uint8Array {
  return Buffer.from(JSON.stringify({ ended }));
}

/** KGSM 2.2 while it creates an instance, and with management files of older versions. */
const outdatedSchema = z.looseObject({ error: z.string(), requires_regeneration: z.literal(true) });

/** Whether KGSM answered that the management file of an instance has to be made anew. */
export function asksForRegeneration(output: string): boolean {
  return outdatedSchema.safeParse(jsonIn(output)).success;
}

const namesSchema = z.array(z.string());
const statusSchema = z.looseObject({
  status: z.boolean(),
  version: z.optional(z.looseObject({ current: z.optional(z.nullable(z.string())) })),
  configuration: z.optional(
    z.looseObject({ blueprint: z.optional(z.nullable(z.string())), ports: z.optional(z.unknown()) }),
  ),
});

/**
 * The meaning of what KGSM's program answered. An answer is about the moment when it was asked: whatever was heard of an
 * instance since then is newer and stays.
 */
export function decodeCli(context: KgsmContext, message: Message): Decoded<KgsmContext> {
  const value = parsedJson(message.text);
  if (message.channel === 'request') {
    const request = requestSchema.safeParse(value);
    return request.success ? asked(context, request.data.cli) : unreadable(context);
  }
  const end = endedSchema.safeParse(value);
  if (end.success) return workEnded(context, end.data.ended, message.receivedAt);
  const reply = replySchema.safeParse(value);
  return reply.success ? answered(context, reply.data) : unreadable(context);
}

function asked(context: KgsmContext, args: readonly string[]): Decoded<KgsmContext> {
  const instance = askedInstance(args);
  if (instance === undefined) {
    return said({ ...context, listAsked: context.tick }, 'cli.list', text('Asked KGSM for its instances'));
  }
  const memory = context.memory.get(instance) ?? newcomer;
  const next = { ...context, memory: context.memory.set(instance, { ...memory, asked: context.tick }) };
  return said(next, 'cli.status', text('Asked KGSM for the state of {0}', oneLine(instance, 60)), {
    instance,
  });
}

function answered(
  context: KgsmContext,
  { cli, code, output, problem }: z.infer<typeof replySchema>,
): Decoded<KgsmContext> {
  const instance = askedInstance(cli);
  const about = instance === undefined ? {} : { instance };
  const type = instance === undefined ? 'cli.list' : 'cli.status';
  const outdated = instance === undefined ? undefined : outdatedSchema.safeParse(jsonIn(output)).data;
  if (instance !== undefined && outdated) return answeredTooOld(context, instance, outdated.error);
  if (problem)
    return said(context, type, text('KGSM gave no answer: {0}', problem), { ...about, warning: true });
  if (code !== 0) {
    return said(context, type, text('KGSM gave no answer (exit code {0})', String(code)), {
      ...about,
      warning: true,
    });
  }
  const isPlain = !cli.includes('--json');
  if (instance === undefined) {
    const names = namesSchema.safeParse(isPlain ? plainNames(output) : parsedJson(output));
    return names.success ? listed(context, names.data) : wrongForm(context, type, about);
  }
  const status = statusSchema.safeParse(isPlain ? statusInLines(output) : jsonIn(output));
  return status.success ? stated(context, instance, status.data) : wrongForm(context, type, about);
}

/** The status in lines, in the form that later versions give it. */
function statusInLines(output: string): unknown {
  const status = plainStatus(output);
  return (
    status && {
      status: status.active,
      version: { current: status.version },
      configuration: { blueprint: status.blueprint },
    }
  );
}

/** An instance that is being created has no such file yet: nothing is wrong with it. */
function answeredTooOld(context: KgsmContext, instance: string, error: string): Decoded<KgsmContext> {
  const { open, base } = context.memory.get(instance) ?? newcomer;
  if (open.install)
    return said(context, 'cli.status', text('{0} is still being installed', oneLine(instance, 60)), {
      instance,
    });
  const advice = text(
    'KGSM cannot tell the state of {0}: {1}. {2}',
    oneLine(instance, 60),
    oneLine(error, 120),
    // The installation of an instance may have begun before anybody listened.
    base === 'unknown'
      ? text('Unless it is being installed, KGSM advises to make its management file anew.')
      : text('It advises to make its management file anew.'),
  );
  return said(context, 'cli.status', advice, { instance, warning: true });
}

/** A command line of ours ended, and with it what events told of the same work: nobody reports its end any more. */
function workEnded(context: KgsmContext, ended: EndedWork, at: number): Decoded<KgsmContext> {
  const { work, instance, outcome, message } = ended;
  const run = new InstanceUpdate(context, { type: 'cli.ended', instance, data: {}, at });
  run.onlyIfKnown();
  if (run.memory.open[work]) {
    run.finish(work, outcome, message);
    const { base } = run.memory;
    // An installation that failed leaves an instance that does not work, whatever its status says.
    if (work === 'install' && outcome === 'failed') run.base('failed', message);
    else if (work === 'install' && base === 'unknown') run.base('stopped');
    run.show();
  }
  const { context: next, signals } = run.result();
  return said(next, 'cli.ended', message, { instance, signals });
}

/** The list of all instances; an empty one has one empty name. */
function listed(context: KgsmContext, given: readonly string[]): Decoded<KgsmContext> {
  const names = new Set(given.filter((name) => name !== ''));
  const signals: Signal[] = [];
  let { memory } = context;
  for (const [name, known] of context.memory) {
    if (names.has(name) || (known.touched ?? 0) > (context.listAsked ?? 0)) continue;
    memory = memory.delete(name);
    signals.push({ signal: 'gone', kind: 'instance', key: name });
  }
  for (const name of names) {
    if (!memory.has(name)) memory = memory.set(name, newcomer);
    signals.push({ signal: 'instance', kind: 'instance', key: name, patch: {} });
  }
  return said({ ...context, memory }, 'cli.list', text('KGSM has {0} instances', names.size), { signals });
}

function stated(
  context: KgsmContext,
  instance: string,
  status: z.infer<typeof statusSchema>,
): Decoded<KgsmContext> {
  const memory = context.memory.get(instance);
  const newer = memory === undefined || (memory.touched ?? 0) > (memory.asked ?? 0);
  const run = new InstanceUpdate(context, { type: 'cli.status', instance, data: {}, at: 0 });
  run.onlyIfKnown();
  if (!newer) settle(run, memory, status.status);
  const game = gameOf(status.configuration?.blueprint ?? '');
  const version = status.version?.current;
  const ports = portsIn(status.configuration?.ports);
  run.patch({
    ...(game === '' ? {} : { game }),
    ...(typeof version === 'string' && version !== '' && version !== '0' ? { version } : {}),
    ...(ports.length === 0 ? {} : { ports }),
  });
  const { context: next, signals } = run.result();
  const summary = status.status
    ? text('{0} is active', oneLine(instance, 60))
    : text('{0} is not active', oneLine(instance, 60));
  return said(next, 'cli.status', summary, { instance, signals });
}

/** KGSM knows active from not active only; what the events said beyond that stays where it does not contradict. */
function settle(run: InstanceUpdate, memory: InstanceMemory, active: boolean): void {
  const { base } = memory;
  const up = base === 'running' || base === 'ready';
  if (active && !up) run.base('running');
  if (!active && (up || base === 'unknown')) {
    run.base('stopped');
    run.noPlayers();
  }
  if (works.every((work) => memory.open[work] === undefined)) run.show();
}

const newcomer: InstanceMemory = { base: 'unknown', open: {} };

function said(
  context: KgsmContext,
  type: string,
  summary: Text,
  more: {
    readonly instance?: string;
    readonly warning?: true;
    readonly signals?: readonly Signal[];
    readonly problems?: readonly Problem[];
  } = {},
): Decoded<KgsmContext> {
  return {
    context,
    event: {
      type,
      severity: more.warning ? 'warning' : 'debug',
      retention: 'control',
      summary,
      ...(more.instance === undefined ? {} : { subject: { kind: 'instance', key: more.instance } }),
    },
    signals: more.signals ?? [],
    problems: more.problems ?? [],
  };
}

function wrongForm(
  context: KgsmContext,
  type: string,
  about: { readonly instance?: string },
): Decoded<KgsmContext> {
  const problems = [{ path: 'output', message: text('is not what KGSM answers') }];
  return said(context, type, text('KGSM gave an answer that cannot be read'), {
    ...about,
    warning: true,
    problems,
  });
}

function unreadable(context: KgsmContext): Decoded<KgsmContext> {
  const problems = [{ path: '', message: text('is no run of KGSM') }];
  return said(context, 'unreadable', text('Something that is no run of KGSM'), { warning: true, problems });
}
