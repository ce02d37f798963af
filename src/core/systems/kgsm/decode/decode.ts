import type { Problem, Subject } from '../../../model/event.ts';
import type { Decoded, Decoder, Message } from '../../../model/signal.ts';
import { oneLine, text } from '../../../model/text.ts';
import { isFields, mismatch, named, parsedBeginning, parseMessage, unreadable } from '../../reading.ts';
import { redactJson } from '../../redaction.ts';
import { decodeCli } from './cliMessages.ts';
import { catalogEntry, summaryOf } from '../catalog.ts';
import { applyLifecycleEvent, applyLostTask } from './lifecycle.ts';
import { initialContext, loadContext, saveContext, type KgsmContext } from './decoderState.ts';
import { dataIssues, envelopeIssues, type KgsmData } from '../messages.ts';

const unknown = text('Something that is no KGSM event');

/** Console commands may hold passwords; who plays and from where is personal, but it is the operator's to see. */
const commandFields = ['Command'];

export const kgsmDecoder: Decoder<KgsmContext> = {
  initial: initialContext,
  decode,
  taskLost: applyLostTask,
  save: saveContext,
  version: 1,
  load: loadContext,
  redact: (raw) => redactJson(raw, commandFields),
};

function decode(context: KgsmContext, message: Message): Decoded<KgsmContext> {
  if (message.channel === 'request' || message.channel === 'reply') return decodeCli(context, message);
  const problems: Problem[] = [];
  if (!message.utf8) problems.push({ path: '', message: text('not UTF-8; kept as bytes') });
  const parsed = parseMessage(message);
  if ('problem' in parsed) problems.push(parsed.problem);
  const cut = message.truncated;
  const value = cut ? parsedBeginning(message.text) : 'value' in parsed ? parsed.value : undefined;
  // Fields behind the cut are not there, which is no fault of the sender's.
  const read = value === undefined ? undefined : envelope(value, cut ? [] : problems);
  if (!read) return unreadable(context, unknown, problems);

  const { type, data, time, actor } = read;
  const known = catalogEntry(type);
  const issuesIn = known && !cut ? dataIssues(type) : undefined;
  for (const issue of issuesIn?.(data) ?? []) {
    problems.push({
      path: ['Data', ...issue.path].join('.'),
      message: mismatch(issue),
    });
  }
  const subject = subjectOf(type, data, cut ? [] : problems);
  const event: Decoded<KgsmContext>['event'] = {
    // The catalog's own string, so that a hundred thousand events share it.
    type: known?.type ?? type,
    severity: known?.severity ?? 'info',
    retention: known?.retention ?? 'lifecycle',
    summary: known ? summaryOf(known, data) : text('Unknown event type {0}', oneLine(type, 80)),
    time,
    subject,
  };

  // Our own emission says nothing about the instances until it comes back through a listener.
  if (message.direction === 'out' || subject?.kind !== 'instance' || known?.category === 'Test') {
    return { context, event, signals: [], problems };
  }
  const fact = { type, instance: subject.key, data, actor, at: message.receivedAt };
  const step = applyLifecycleEvent(context, fact);
  return { context: step.context, event, signals: step.signals, problems };
}

interface Envelope {
  readonly type: string;
  readonly data: KgsmData;
  readonly time: number | undefined;
  readonly actor: string | undefined;
}

function envelope(value: unknown, problems: Problem[]): Envelope | undefined {
  const fields: Partial<Record<string, unknown>> = isFields(value) ? value : {};
  for (const issue of envelopeIssues(value)) {
    problems.push({
      path: issue.path.join('.'),
      message: mismatch(issue),
    });
  }
  const type = fields['EventType'];
  if (typeof type !== 'string' || type === '') return undefined;
  const data = isFields(fields['Data']) ? fields['Data'] : {};
  const time = timeOf(fields['Timestamp'] ?? data['Timestamp'], problems);
  return { type, data, time, actor: named(fields['Actor']) };
}

/** KGSM writes UTC with a `Z`; a time zone is never guessed. */
function timeOf(value: unknown, problems: Problem[]): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value)
  ) {
    const time = Date.parse(value);
    if (!Number.isNaN(time)) return time;
  }
  problems.push({
    path: 'Timestamp',
    message: text('is no point in time: {0}', shown(value)),
  });
  return undefined;
}

/** Objects are shown as their type only: they may be nested too deeply to be written. */
function shown(value: unknown): string {
  return typeof value === 'object' ? typeof value : oneLine(JSON.stringify(value), 60);
}

/** `InstanceName` since 2.0, `InstanceId` in 1.x, `Instance` in its first document. */
function subjectOf(type: string, data: KgsmData, problems: Problem[]): Subject | undefined {
  if (type.startsWith('blueprint_')) {
    const name = data['BlueprintName'];
    return typeof name === 'string' && name !== '' ? { kind: 'blueprint', key: name } : undefined;
  }
  for (const field of ['InstanceName', 'InstanceId', 'Instance']) {
    const name = data[field];
    if (typeof name === 'string' && name !== '') return { kind: 'instance', key: name };
    if (name !== undefined && name !== null) {
      problems.push({ path: `Data.${field}`, message: text('must be a name') });
      return undefined;
    }
  }
  if (type.startsWith('instance_')) problems.push({ path: 'Data.InstanceName', message: text('is missing') });
  return undefined;
}
