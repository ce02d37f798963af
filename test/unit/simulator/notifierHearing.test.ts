import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNotifier, ready, startServer } from './notifierServer.ts';

describe('what we hear', () => {
  it('is the same however it is cut into records, with or without anything between the documents', async () => {
    await using rig = await startServer();
    await using opened = openNotifier(rig);
    await ready(opened);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom('', '\n', ' \r\n')), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
        async (messages, cuts) => {
          const texts = messages.map(([message]) =>
            JSON.stringify({ event: 'heard', content: { message: `${message}<b>"}{[` } }),
          );
          const bytes = Buffer.from(messages.map(([, between], i) => `${texts[i] ?? ''}${between}`).join(''));
          const before = opened.types().length;
          let from = 0;
          for (const to of [...cuts, bytes.length].sort((a, b) => a - b)) {
            rig.server.sendRaw(bytes.subarray(from, to));
            from = Math.min(to, bytes.length);
          }
          await opened.until(() => opened.types().length >= before + texts.length);
          const heard = opened.events().filter(({ channel }) => channel !== 'control');
          expect(heard.slice(before).map(({ type }) => type)).toEqual(texts.map(() => 'heard'));
          expect(heard.slice(before).map(({ raw }) => raw)).toEqual(texts);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('may be far longer than what the server itself reads, up to the cap of the settings', async () => {
    await using rig = await startServer();
    await using opened = openNotifier(rig, { settings: { maxMessageBytes: 2048 } });
    await ready(opened);
    const long = (length: number): string =>
      JSON.stringify({ event: 'long', content: { message: 'x'.repeat(length) } });
    rig.server.sendRaw(`${long(1900)}no JSON\n${long(100_000)}{"event":"after"}`);
    await opened.until(() => opened.types().includes('after'));
    expect(opened.types().slice(2)).toEqual(['long', 'unreadable', 'unreadable', 'after']);
    const cut = opened.events().find(({ truncated }) => truncated);
    expect(cut?.size).toBe(long(100_000).length);
    expect(opened.connection.state).toBe('ready');
  });
});
