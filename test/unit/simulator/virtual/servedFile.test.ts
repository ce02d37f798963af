import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServedChange } from '../../../../src/core/playback/serving/servedEvents.ts';
import { servedLine } from '../../../../src/core/playback/serving/servedEvents.ts';
import { ServedFile } from '../../../../src/simulator/virtual/servedFile.ts';
import { temporaryFolder } from '../kgsmRoot.ts';

function instance(key: string, state: 'running' | 'stopped'): ServedChange {
  return { instance: { kind: 'instance', key, name: key, state } };
}

function event(
  at: number,
  raw: string,
  { channel = 'push', changes = [] }: { channel?: 'push' | 'reply'; changes?: ServedChange[] } = {},
): string {
  return servedLine({ at, type: 'x', channel, direction: 'in', raw, changes });
}

async function opened(lines: readonly string[]): Promise<AsyncDisposable & { readonly file: ServedFile }> {
  const folder = temporaryFolder();
  const path = join(folder.path, 'served.ndjson');
  writeFileSync(path, lines.join(''));
  const file = await ServedFile.open(path);
  return {
    file,
    async [Symbol.asyncDispose]() {
      await file.close();
      folder[Symbol.dispose]();
    },
  };
}

describe('a recording in a file', () => {
  it('begins at the first message that a server sent unasked, with the state of that moment', async () => {
    await using it = await opened([
      servedLine({ changes: [instance('a', 'running'), instance('b', 'running')] }),
      event(1, 'list', { channel: 'reply', changes: [instance('a', 'stopped')] }),
      event(2, 'gone', { channel: 'reply', changes: [{ gone: { kind: 'instance', key: 'b' } }] }),
      event(3, 'first push', { changes: [instance('a', 'running')] }),
      event(4, 'second push'),
    ]);
    expect(it.file.length).toBe(4);
    expect(it.file.from).toBe(2);
    expect(it.file.base).toEqual([{ kind: 'instance', key: 'a', name: 'a', state: 'stopped' }]);
    const read = await it.file.page(2, 10);
    expect(read.map(({ at, bytes }) => [at, Buffer.from(bytes).toString()])).toEqual([
      [3, 'first push'],
      [4, 'second push'],
    ]);
  });

  it('has from the beginning what an answer tells first somewhat later, and not what an event brought', async () => {
    await using it = await opened([
      event(1, 'first push', { changes: [instance('made', 'running')] }),
      event(2, 'list', {
        channel: 'reply',
        changes: [instance('there', 'running'), instance('made', 'stopped')],
      }),
      event(3, 'list', { channel: 'reply', changes: [instance('there', 'stopped')] }),
    ]);
    expect(it.file.base).toEqual([{ kind: 'instance', key: 'there', name: 'there', state: 'running' }]);
  });

  it('is read in pages of bounded size, whatever is asked for', async () => {
    const long = 'ü'.repeat(1_500_000);
    await using it = await opened([event(1, long), event(2, 'a'), event(3, long), event(4, 'b')]);
    const first = await it.file.page(0, 500);
    expect(first.map(({ at }) => at)).toEqual([1, 2]);
    expect((await it.file.page(2, 500)).map(({ at }) => at)).toEqual([3, 4]);
    expect((await it.file.page(1, 1)).map(({ at }) => at)).toEqual([2]);
    expect(first[0]?.bytes.length).toBe(3_000_000);
  });

  it('shows no more than its first thousand events to tell the generation', async () => {
    await using it = await opened(Array.from({ length: 1500 }, (_, at) => event(at, '{}')));
    expect(it.file.first).toHaveLength(1000);
    expect(it.file.length).toBe(1500);
  });

  it('may be empty, or have nothing to send', async () => {
    await using empty = await opened([]);
    expect([empty.file.length, empty.file.from]).toEqual([0, 0]);
    await using silent = await opened([event(1, 'list', { channel: 'reply' })]);
    expect([silent.file.length, silent.file.from]).toEqual([1, 1]);
  });
});
