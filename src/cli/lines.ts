import type { OpsEvent } from '../core/model/event.ts';
import { english } from '../core/model/text.ts';

type Printed = Omit<OpsEvent, 'timeline'> & { readonly seq: number; readonly timeline?: string };

/** One JSON object a line on standard output. */
export function writeLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** An event in the form of the contract, and each of its problems. */
export function writeEvent(event: Printed, write: (line: object) => void): void {
  const { subject, summary, receivedAt, time, timeline, problems, retention, redacted, ...rest } = event;
  write({
    event: {
      ...rest,
      receivedAt: new Date(receivedAt).toISOString(),
      ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
      ...(subject ? { subject: subject.key } : {}),
      summary: english(summary),
      ...(redacted.length === 0 ? {} : { redacted }),
    },
  });
  for (const { path, message } of problems)
    write({ problem: { connection: event.connection, seq: event.seq, path, message: english(message) } });
}
