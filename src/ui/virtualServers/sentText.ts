import { oneLine } from '../../core/model/text.ts';
import type { ClientWords } from '../../core/playback/serving/virtualServer.ts';

/** Longest message that is shown whole. */
const maxShown = 10_000;

/** A line for each message of a client: time, client, message. Secrets are cut out already. */
export function sentText(sent: readonly ClientWords[]): string {
  const width = Math.max(0, ...sent.map(({ client }) => oneLine(client, 40).length));
  return sent
    .map(
      ({ at, client, text }) =>
        `${timeOfDay(at)}  ${oneLine(client, 40).padEnd(width)}  ${oneLine(text.trimEnd(), maxShown)}\n`,
    )
    .join('');
}

/** Such as `14:02:03.045`, in the zone of this machine. */
function timeOfDay(at: number): string {
  const date = new Date(at);
  const digits = (value: number, count = 2): string => String(value).padStart(count, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => digits(part)).join(':');
  return `${time}.${digits(date.getMilliseconds(), 3)}`;
}
