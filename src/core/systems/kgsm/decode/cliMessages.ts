import * as z from 'zod/mini';
import type { Problem } from '../../../model/event.ts';
import type { Decoded, Message, Signal } from '../../../model/signal.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { askedInstance } from '../program/cliSyntax.ts';
import { works, type KgsmContext, type InstanceMemory } from './decoderState.ts';
import { parsedJson } from '../../reading.ts';
import { gameOf, InstanceUpdate } from './instanceUpdate.ts';

const requestSchema = z.object({ cli: z.array(z.string()) });
const replySchema = z.object({ cli: z.array(z.string()), code: z.nullable(z.number()), output: z.string() });

/** How a run of KGSM's program is journalled: the question before it, the answer after it, linked by correlation. */
export function cliRequest(args: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify({ cli: args }));
}
export function cliReply(args: readonly string[], code: number | null, output: string): Uint8Array {
  return Buffer.from(JSON.stringify({ cli: args, code, output }));
}

const namesSchema = z.array(z.string());
const statusSchema = z.looseObject({
  status: z.boolean(),
  version: z.optional(z.looseObject({ current: z.optional(z.nullable(z.string())) })),
  configuration: z.optional(z.looseObject({ blueprint: z.optional(z.nullable(z.string())) })),
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
  { cli, code, output }: z.infer<typeof replySchema>,
): Decoded<KgsmContext> {
  const instance = askedInstance(cli);
  const about = instance === undefined ? {} : { instance };
  const type = instance === undefined ? 'cli.list' : 'cli.status';
  if (code !== 0) {
    return said(context, type, text('KGSM gave no answer (exit code {0})', String(code)), {
      ...about,
      warning: true,
    });
  }
  const value = parsedJson(output);
  if (instance === undefined) {
    const names = namesSchema.safeParse(value);
    return names.success ? listed(context, names.data) : wrongForm(context, type, about);
  }
  const status = statusSchema.safeParse(value);
  return status.success ? stated(context, instance, status.data) : wrongForm(context, type, about);
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
  run.patch({
    ...(game === '' ? {} : { game }),
    ...(typeof version === 'string' && version !== '' && version !== '0' ? { version } : {}),
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
