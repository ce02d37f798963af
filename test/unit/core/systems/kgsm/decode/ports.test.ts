import { expect, it } from 'vitest';
import { portsIn } from '../../../../../../src/core/systems/kgsm/decode/ports.ts';

it.each<[told: unknown, ports: readonly string[]]>([
  ['25565/tcp', ['25565/tcp']],
  ['2456:2458/udp|27015', ['2456-2458/udp', '27015']],
  ['25565/TCP|25565/tcp', ['25565/tcp']],
  [
    [
      { start: 25565, end: 25565, protocol: 'tcp' },
      { start: 1, end: 2 },
    ],
    ['25565/tcp', '1-2'],
  ],
  [['25565/tcp', { start: 'one' }, null], []],
  ['70000/tcp|0|x', []],
  ['$(icon)\n', []],
  [null, []],
  [25565, []],
])('ports told as %j are %j', (told, ports) => {
  expect(portsIn(told)).toEqual(ports);
});

it('no more ports are kept than can be shown', () => {
  expect(portsIn(Array.from({ length: 99 }, (_, i) => ({ start: i + 1, end: i + 1 })))).toHaveLength(20);
});
