import { oneLine, text, type Text } from '../model/text.ts';
import { redactionMark } from '../systems/redaction.ts';
import type { AnySystem } from '../systems/system.ts';
import { newerVersion, readRecordingLine } from './recording/recordingLines.ts';
import { bytesOf, onOwnConnections, type ReplayItem } from './replayItem.ts';

export interface ReadRecording {
  readonly items: readonly ReplayItem[];
  /** Lines that hold no event, with their numbers. */
  readonly problems: readonly Text[];
}

/** Distance of events that name no time of their own. */
const untimedStepMs = 100;
/** Connection of events that name none. */
const unnamed = 'replay';
/** Problems kept of one file; more say nothing new. */
const maxProblems = 20;

/**
 * Reads NDJSON for a replay: a recording of ours (a header line, then events, each of the system that it names), or plain
 * lines as the `plain` system writes them (KGSM's event files). Lines that are neither are reported and left out.
 */
export function readRecording(content: string, plain: AnySystem): ReadRecording {
  const items: ReplayItem[] = [];
  const problems: Text[] = [];
  let at = 0;
  for (const [index, line] of content
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const read = readRecordingLine(line);
    if (read.kind === 'nothing') {
      if (problems.length < maxProblems)
        problems.push(text('line {0} is no JSON object: {1}', index + 1, oneLine(line, 60)));
      continue;
    }
    if (read.kind === 'header') continue;
    if (read.kind === 'newer') {
      problems.push(newerVersion);
      break;
    }
    if (read.kind === 'event' || read.kind === 'message') {
      const {
        raw,
        rawBase64,
        channel = 'push',
        system = plain.id,
        connection = unnamed,
      } = read.kind === 'event' ? read.event : read.message;
      // A system sends only pushed messages by itself; requests, replies and our own notes are left out.
      if (channel !== 'push') continue;
      at = read.kind === 'event' ? read.event.receivedAt : read.at;
      const isRedacted = read.kind === 'event' ? read.event.redacted.length > 0 : raw.includes(redactionMark);
      const { truncated } = read.kind === 'event' ? read.event : read.message;
      items.push({
        at,
        bytes: bytesOf(raw, rawBase64),
        system,
        connection,
        ...(read.kind === 'event' ? { type: read.event.type } : {}),
        ...(isRedacted ? { redacted: true } : {}),
        ...(truncated === true ? { truncated } : {}),
      });
      continue;
    }
    at = timeOf(line, plain) ?? at + untimedStepMs;
    items.push({ at, bytes: Buffer.from(line.trim()), system: plain.id, connection: unnamed });
  }
  return { items: onOwnConnections(items), problems };
}

function timeOf(line: string, { decoder }: AnySystem): number | undefined {
  return decoder.decode(decoder.initial, {
    timeline: '',
    receivedAt: 0,
    host: '',
    connection: '',
    system: '',
    channel: 'push',
    direction: 'in',
    origin: 'imported',
    text: line,
    utf8: true,
    truncated: false,
  }).event.time;
}
