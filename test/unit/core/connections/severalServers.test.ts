import { describe, expect, it } from 'vitest';
import {
  leftOutText,
  severalQuestion,
  severalSummary,
  severalTitle,
  type NamedServer,
  type ServerOutcome,
} from '../../../../src/core/connections/severalServers.ts';
import { english, text } from '../../../../src/core/model/text.ts';

function server(name: string, given: Partial<NamedServer> = {}): NamedServer {
  return { name, connection: 'Home', state: 'running', ...given };
}
const names = (...all: readonly string[]): readonly NamedServer[] => all.map((name) => server(name));

function asked(given: Partial<Parameters<typeof severalQuestion>[0]>): readonly string[] {
  const { message, details } = severalQuestion({
    ...{ title: 'Restart', effect: 'interrupts', servers: names('a', 'b'), details: [], leftOut: [] },
    ...given,
  });
  return [message, ...details].map(english);
}

describe('the question before an operation on several servers', () => {
  const four = names('a', 'b', 'c', 'd');
  const detail = text('Players are disconnected.');
  const ofAll = (servers: readonly NamedServer[]) => servers.map((each) => ({ server: each, detail }));

  it.each<[what: string, Parameters<typeof asked>[0], readonly string[]]>([
    ['names them', { servers: four }, ['Restart 4 servers: a, b, c, d?']],
    [
      'tells what all of them would say once',
      { servers: four, details: ofAll(four) },
      ['Restart 4 servers: a, b, c, d?', 'Players are disconnected.'],
    ],
    [
      'tells whom it is about what only some say',
      { title: 'Start', servers: four, details: ofAll(four.slice(0, 2)) },
      ['Start 4 servers: a, b, c, d?', 'a, b: Players are disconnected.'],
    ],
    [
      'tells where somebody plays',
      { servers: [server('a', { players: 1 }), server('b', { players: 3 }), server('c', { players: 0 })] },
      ['Restart 3 servers: a, b, c?', 'Somebody plays on a (1 player), b (3 players).'],
    ],
    [
      'tells of no players whom it does not disturb',
      { title: 'Save World', effect: 'changes', servers: [server('a', { players: 1 }), server('b')] },
      ['Save World on 2 servers: a, b?'],
    ],
    [
      'tells which are left out, and why',
      { leftOut: [server('c', { state: 'stopped' })] },
      ['Restart 2 servers: a, b?', 'Left out, because it is not on offer there now: c (stopped).'],
    ],
    [
      'tells the connections where there are several',
      { servers: [server('a'), server('a', { connection: 'NAS' })] },
      ['Restart 2 servers: a · Home, a · NAS?'],
    ],
    [
      'counts the names that it has no room for',
      { title: 'Send Command…', servers: names(...'abcdefghij'.split('')) },
      ['Send Command on 10 servers: a, b, c, d, e, f, g, h and 2 more?'],
    ],
    [
      'makes one line of the oddest names',
      { servers: names('a\nb', '$(x)') },
      ['Restart 2 servers: a\\nb, $(x)?'],
    ],
  ])('%s', (_what, given, wanted) => {
    expect(asked(given)).toEqual(wanted);
  });
});

describe('what is told after an operation on several servers', () => {
  const ended = (name: string, outcome: ServerOutcome['outcome'], message: string): ServerOutcome => ({
    ...{ server: server(name), outcome, message: text('{0}', message) },
  });
  const told = (
    outcomes: readonly ServerOutcome[],
    given: Partial<Parameters<typeof severalSummary>[0]> = {},
  ): string | undefined => {
    const summary = severalSummary({ title: 'Restart', outcomes, leftOut: [], answers: false, ...given });
    return summary && `${summary.hasFailed ? 'error' : 'information'}: ${english(summary.message)}`;
  };
  const good = ended('a', 'succeeded', 'a restarted');

  it.each<[what: string, string | undefined, string | undefined]>([
    ['nothing where all went well', told([good, ended('b', 'succeeded', 'b restarted')]), undefined],
    [
      'what failed, with its reasons',
      told([good, ended('b', 'failed', 'no such thing'), ended('c', 'refused', 'it is down.')]),
      'error: Restart: 2 of 3 servers failed. b: no such thing. c: it is down.',
    ],
    [
      'as many reasons as one reads',
      told('abcdef'.split('').map((name) => ended(name, 'failed', 'no'))),
      'error: Restart: 6 of 6 servers failed. a: no. b: no. c: no. d: no. And 2 more.',
    ],
    [
      'what was cancelled, which is no failure',
      told([good, ended('b', 'cancelled', '')]),
      'information: Restart: 1 of 2 servers were cancelled.',
    ],
    [
      'what was left out, which is no failure either',
      told([good], { leftOut: [server('d', { state: 'stopped' })] }),
      'information: Left out, because it is not on offer there now: d (stopped).',
    ],
    [
      'the answers where these are wanted',
      told([good, ended('b', 'succeeded', '1.22 is there')], { answers: true }),
      'information: a: a restarted. b: 1.22 is there',
    ],
  ])('is %s', (_what, is, wanted) => {
    expect(is).toBe(wanted);
  });

  it('has a title for its progress', () => {
    expect(english(severalTitle('Send Command…', names('a', 'b')))).toBe('Send Command on 2 servers');
    expect(english(leftOutText(names('a')))).toContain('a (running)');
  });
});
