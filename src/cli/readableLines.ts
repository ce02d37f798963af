import { oneLine } from '../core/model/text.ts';

/** Makes a text stand out on a terminal. */
export type Paint = (style: Style, text: string) => string;

const styles = { red: 31, yellow: 33, green: 32, cyan: 36, dim: 2 } as const;
type Style = keyof typeof styles;

/** A painter for a stream: no colours where it is no terminal, or NO_COLOR is set. */
export function painterFor(stream: NodeJS.WriteStream): Paint {
  // A stream that is no terminal has no such function.
  if (!stream.isTTY || !stream.hasColors()) return (_style, text) => text;
  return (style, text) => `\u001b[${styles[style]}m${text}\u001b[0m`;
}

type Fields = Readonly<Record<string, unknown>>;
type Line = Readonly<Record<string, Fields | undefined>>;

const longest = 400;
const severityStyles: Readonly<Record<string, Style>> = { error: 'red', warning: 'yellow', debug: 'dim' };
const outcomeStyles: Readonly<Record<string, Style>> = {
  succeeded: 'green',
  failed: 'red',
  refused: 'yellow',
};
const stateStyles: Readonly<Record<string, Style>> = { ready: 'green', failed: 'red', waiting: 'yellow' };

/** A line of the contract in words. Nothing that a server sent reaches the terminal as a control character. */
export function readableLine(line: object, paint: Paint): string {
  const { connection, event, problem, operation, fleet } = line as Line;
  if (event) return eventLine(event, paint);
  if (connection) {
    const detail = connection['detail'] === undefined ? '' : `: ${shown(connection['detail'])}`;
    return `${paint('cyan', shown(connection['id']))} is ${stateWord(connection['state'], paint)}${detail}`;
  }
  if (problem) return paint('yellow', `  ${shown(problem['path'])}: ${shown(problem['message'])}`);
  if (operation) {
    const { id, subject, outcome, message } = operation;
    const what = subject === undefined ? shown(id) : `${shown(id)} ${shown(subject)}`;
    const style = outcomeStyles[shown(outcome)] ?? 'dim';
    return `${what} ${paint(style, shown(outcome))}: ${shown(message)}`;
  }
  const served = servedLine(line as Line, paint);
  if (served !== undefined) return served;
  return fleet ? fleetLines(fleet, paint) : oneLine(JSON.stringify(line), longest);
}

/** A line of a virtual server; undefined for other lines. */
function servedLine(line: Line, paint: Paint): string | undefined {
  const { settings, client, said, place } = line;
  if (settings) {
    const { password } = line as Readonly<Record<string, unknown>>;
    return `${JSON.stringify(settings)}${password === undefined ? '' : `\npassword: ${shown(password)}`}`;
  }
  if (client) {
    const { name, state } = client;
    return `${paint('cyan', shown(name))} ${clientWords[shown(state)] ?? shown(state)}`;
  }
  if (said) return `${paint('cyan', shown(said['name']))} says ${shown(said['text'])}`;
  const { unsaid } = line as Readonly<Record<string, unknown>>;
  if (unsaid !== undefined)
    return paint('yellow', `${shown(unsaid)} messages of clients came too fast to be shown`);
  if (!place) return undefined;
  const { state, position, length } = place;
  return paint(
    'dim',
    `${shown(state)}${length === 0 ? '' : `, event ${shown(position)} of ${shown(length)}`}`,
  );
}

const clientWords: Readonly<Record<string, string>> = {
  connected: 'is connected',
  ready: 'hears events now',
  left: 'left',
  slow: 'did not read, and was dropped',
};

function eventLine(event: Fields, paint: Paint): string {
  const { receivedAt, severity, connection, subject, type, summary } = event;
  const style = severityStyles[shown(severity)];
  const words = `${shown(type)}  ${shown(summary)}`;
  return [
    paint('dim', localTime(String(receivedAt))),
    paint('cyan', shown(connection)),
    ...(subject === undefined ? [] : [shown(subject)]),
    style ? paint(style, words) : words,
  ].join('  ');
}

function fleetLines(fleet: Fields, paint: Paint): string {
  const instances = fleet['instances'] as readonly Fields[];
  const connections = fleet['connections'] as readonly Fields[];
  return [
    ...connections.map(({ id, state }) => `${paint('cyan', shown(id))} is ${stateWord(state, paint)}`),
    ...instances.map(
      ({ name, game, state, players }) =>
        `  ${shown(name)}  ${shown(state)}${game === undefined ? '' : `  ${shown(game)}`}${
          players === undefined ? '' : `  ${shown(players)} playing`
        }`,
    ),
  ].join('\n');
}

function stateWord(state: unknown, paint: Paint): string {
  const style = stateStyles[shown(state)];
  return style ? paint(style, shown(state)) : shown(state);
}

/** Date and time of this place, in the order that sorts. */
function localTime(instant: string): string {
  return new Date(instant).toLocaleString('sv');
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value), longest);
}
