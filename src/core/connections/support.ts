import { isFinished, type Task } from '../model/task.ts';
import type { OpsEvent } from '../model/event.ts';
import type { Fleet } from '../model/fleet.ts';
import { english, oneLine } from '../model/text.ts';
import { redactionMark, redactJson } from '../systems/redaction.ts';
import type { ConnectionSettings } from '../systems/settings.ts';
import { connectionStateText } from '../journal/control.ts';

export interface SupportFacts {
  /** Versions and the like, in their order. */
  readonly product: Readonly<Record<string, string>>;
  readonly settings: readonly ConnectionSettings[];
  readonly fleet: Fleet;
  /** The last events, oldest first. */
  readonly events: readonly Omit<OpsEvent, 'timeline'>[];
  /** Events of the whole journal. */
  readonly eventCount: number;
  /** Texts that must not appear in the document, wherever they come from. */
  readonly secrets: readonly string[];
  /** Paths below it say who the user is. */
  readonly home: string;
}

/** So many of the last events are shown. */
export const shownEvents = 300;

/** The facts that a helper needs, as a document for the user to read before it is passed on. Always English. */
export function supportInformation(facts: SupportFacts): string {
  const { product, settings, eventCount } = facts;
  const events = facts.events.slice(-shownEvents);
  const open = [...facts.fleet.tasks.values()].filter(({ state }) => !isFinished(state));
  const lines = [
    '# Game Server Ops: support information',
    '',
    'Look through it before you pass it on. Secrets are cut out; names of servers, players and machines are not.',
    '',
    ...Object.entries(product).map(([name, value]) => `* ${name}: ${oneLine(value, 200)}`),
    '',
    ...settings.flatMap((each) => connectionLines(each, facts)),
    '## Open tasks',
    '',
    ...(open.length === 0 ? ['None.'] : open.map(taskLine)),
    '',
    `## The last ${events.length} of ${eventCount} events`,
    '',
    '```text',
    ...events.flatMap(eventLines),
    '```',
    '',
  ];
  return without(lines.join('\n'), facts);
}

function connectionLines(settings: ConnectionSettings, { fleet }: SupportFacts): string[] {
  const { id, kind, name } = settings;
  const status = fleet.connections.get(id);
  const states = new Map<string, number>();
  for (const { state } of status?.instances.values() ?? []) states.set(state, (states.get(state) ?? 0) + 1);
  const counts = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  const since = status ? ` since ${new Date(status.since).toISOString()}` : '';
  return [
    `## ${oneLine(name, 100)} (${kind})`,
    '',
    `* State: ${english(connectionStateText(status?.state ?? 'closed'))}${since}`,
    ...(status?.detail ? [`* Reason: ${oneLine(english(status.detail), 500)}`] : []),
    `* Instances: ${counts === '' ? 'none' : counts}`,
    '',
    '```json',
    redactJson(JSON.stringify(settings, null, 2), []).text,
    '```',
    '',
  ];
}

function taskLine({ title, state, percent, connection }: Task): string {
  const done = percent === null ? '' : ` ${percent} %`;
  return `* ${connection}: ${oneLine(english(title), 200)} (${state}${done})`;
}

/** Metadata of an event without its payload, which is long and says more of the servers than is needed. */
function eventLines(event: Omit<OpsEvent, 'timeline'>): string[] {
  const { receivedAt, connection, direction, channel, severity, type, summary, problems } = event;
  const when = new Date(receivedAt).toISOString();
  const words = oneLine(english(summary), 300);
  return [
    `${when} ${connection} ${direction} ${channel} ${severity} ${oneLine(type, 120)}: ${words}`,
    ...problems.slice(0, 5).map(({ path, message }) => {
      return `  problem: ${oneLine(path, 120)} ${oneLine(english(message), 200)}`;
    }),
  ];
}

/** Shorter ones would cut into everything and protect nothing. */
const shortestSecret = 4;

function without(document: string, { secrets, home }: SupportFacts): string {
  const forms = secrets
    .filter(({ length }) => length >= shortestSecret)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length);
  let text = document;
  for (const form of forms) text = text.replaceAll(form, redactionMark);
  return home.length > 1 ? text.replaceAll(home, '~') : text;
}
