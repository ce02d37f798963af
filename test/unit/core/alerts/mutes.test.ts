import { expect, it } from 'vitest';
import {
  connectionTarget,
  instanceTarget,
  isMuted,
  isMutedOtherwise,
  muteAll,
  muteEnds,
  type Mute,
} from '../../../../src/core/alerts/mutes.ts';
import { text } from '../../../../src/core/model/text.ts';

const instance = { kind: 'server', key: 'a', name: 'a' };
const alert = { kind: 'crash', connection: 'home', instance, title: text('a crashed') } as const;
const target = instanceTarget({ connection: 'home', kind: 'server', key: 'a' });

it('an alert is muted with its server, with its connection and with all, until the mute ends', () => {
  const under = (...mutes: Mute[]): boolean => isMuted(mutes, alert, 1000);
  expect(under()).toBe(false);
  expect(under({ target })).toBe(true);
  expect(under({ target: connectionTarget('home') })).toBe(true);
  expect(under({ target: muteAll, until: 1001 })).toBe(true);
  expect(under({ target: muteAll, until: 1000 })).toBe(false);
  expect(under({ target: connectionTarget('nas') })).toBe(false);
  expect(
    under({ target: instanceTarget({ connection: 'home', kind: 'server', key: 'a', host: 'other' }) }),
  ).toBe(false);
  // The connection itself is no server that is silent.
  expect(isMuted([{ target }], { kind: 'connectionLost', connection: 'home', title: text('x') }, 1)).toBe(
    false,
  );
});

it('a server is muted otherwise when a mute of it comes, goes or ends at another time, and not by those of others', () => {
  const server = { connection: 'home', kind: 'server', key: 'a' };
  const other = { target: connectionTarget('nas') };
  for (const mine of [target, connectionTarget('home'), muteAll]) {
    const [muted, longer] = [[{ target: mine, until: 5 }], [{ target: mine, until: 6 }]];
    expect(isMutedOtherwise([], muted, server)).toBe(true);
    expect(isMutedOtherwise(muted, [], server)).toBe(true);
    expect(isMutedOtherwise(muted, longer, server)).toBe(true);
    expect(isMutedOtherwise(muted, [other, ...muted], server)).toBe(false);
  }
});

it('tomorrow morning is the next day at eight here, whatever the clocks do in between', () => {
  for (let day = 0; day < 366; day++) {
    const now = new Date(2026, 0, 1 + day, 23, 30).getTime();
    const end = new Date(muteEnds(now).tomorrow);
    expect([end.getDate(), end.getHours(), end.getMinutes()]).toEqual([
      new Date(2026, 0, 2 + day).getDate(),
      8,
      0,
    ]);
  }
});
