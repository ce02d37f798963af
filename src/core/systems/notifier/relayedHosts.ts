import type { Subject } from '../../model/event.ts';
import type { DecodeStep, Decoded, Message, Signal } from '../../model/signal.ts';
import { isFields, parsedJson } from '../reading.ts';
import type { KgsmContext } from '../kgsm/decode/decoderState.ts';
import { kgsmDecoder } from '../kgsm/decode/decode.ts';
import type { NotifierContext } from './decoderState.ts';

/** An event of KGSM that came as a message: several hosts may send through one server, with instances of equal names. */
export function decodeRelayed(context: NotifierContext, message: Message): Decoded<NotifierContext> {
  const host = hostOf(message.text);
  const step = kgsmDecoder.decode(contextOf(context, host), message);
  const next = withContext(context, host, step.context);
  if (host === '') return { ...step, context: next };
  const { subject } = step.event;
  return {
    ...step,
    context: next,
    event: { ...step.event, host, ...(subject ? { subject: subjectOn(host, subject) } : {}) },
    signals: step.signals.map((signal) => signalOn(host, signal)),
  };
}

/** Ends an open task of a relayed host of which nothing more was heard. */
export function relayedTaskLost(context: NotifierContext, task: string): DecodeStep<NotifierContext> {
  for (const [host, kgsm] of context.kgsm) {
    const id = host === '' ? task : taskWithout(host, task);
    if (id === undefined) continue;
    const lost = kgsmDecoder.taskLost(kgsm, id);
    if (lost.signals.length === 0) continue;
    return {
      context: withContext(context, host, lost.context),
      signals: lost.signals.map((signal) => signalOn(host, signal)),
    };
  }
  return { context, signals: [] };
}

/** KGSM names its machine since 2.2. */
function hostOf(event: string): string {
  const value = parsedJson(event);
  const host = isFields(value) ? value['Hostname'] : undefined;
  return typeof host === 'string' ? host : '';
}

function contextOf({ kgsm }: NotifierContext, host: string): KgsmContext {
  return kgsm.get(host) ?? kgsmDecoder.initial;
}

function withContext(context: NotifierContext, host: string, kgsm: KgsmContext): NotifierContext {
  return { ...context, kgsm: context.kgsm.set(host, kgsm) };
}

function signalOn(host: string, signal: Signal): Signal {
  if (host === '') return signal;
  switch (signal.signal) {
    case 'instance': {
      const { key, patch } = signal;
      return { ...signal, host, patch: { name: nameOn(host, key), ...patch } };
    }
    case 'gone':
    case 'metrics':
      return { ...signal, host };
    case 'task': {
      const { subject } = signal.patch;
      const patch = { ...signal.patch, ...(subject ? { subject: subjectOn(host, subject) } : {}) };
      return { ...signal, id: taskOn(host, signal.id), patch };
    }
    default:
      return signal;
  }
}

function subjectOn(host: string, subject: Subject): Subject {
  return { ...subject, host, name: nameOn(host, subject.key) };
}

/** Id of a task among those of all hosts: different for every pair, whatever stands in the names. */
function taskOn(host: string, task: string): string {
  return JSON.stringify([host, task]);
}

function nameOn(host: string, name: string): string {
  return `${name} · ${host}`;
}

function taskWithout(host: string, task: string): string | undefined {
  const value = parsedJson(task);
  if (!Array.isArray(value) || value[0] !== host) return undefined;
  return typeof value[1] === 'string' ? value[1] : undefined;
}
