import type { OpsEvent } from '../model/event.ts';
import { english } from '../model/text.ts';

/** An event with its place in a journal, if it has one. */
export type PrintedEvent = Omit<OpsEvent, 'timeline'> & {
  readonly seq: number;
  readonly timeline?: string;
  readonly duration?: number;
};

/** An event as programs read it: times in words, the instance by its key, the summary in English. */
export function eventDocument(event: PrintedEvent): object {
  const { subject, summary, receivedAt, time, timeline, problems, retention, redacted, duration, ...rest } =
    event;
  return {
    ...rest,
    receivedAt: new Date(receivedAt).toISOString(),
    ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
    ...(subject ? { subject: subject.key } : {}),
    summary: english(summary),
    ...(redacted.length === 0 ? {} : { redacted }),
  };
}
