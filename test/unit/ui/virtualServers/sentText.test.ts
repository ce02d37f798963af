import { expect, it } from 'vitest';
import { sentText } from '../../../../src/ui/virtualServers/sentText.ts';

it('what clients sent is a line each: time, client, message', () => {
  const at = new Date(2026, 10, 28, 9, 5, 3, 7).getTime();
  expect(
    sentText([
      { at, client: '127.0.0.1:50001', text: '{"a":1}\n' },
      { at: at + 1000, client: 'kgsm.sh', text: '--start\nmc-1\u202e' },
    ]),
  ).toBe('09:05:03.007  127.0.0.1:50001  {"a":1}\n09:05:04.007  kgsm.sh          --start\\nmc-1\\u202e\n');
  expect(sentText([])).toBe('');
});

it('a huge message takes a part of its line', () => {
  expect(sentText([{ at: 0, client: 'a', text: 'x'.repeat(1_000_000) }]).length).toBeLessThan(11_000);
});
