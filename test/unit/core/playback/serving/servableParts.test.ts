import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { servableParts, type ServablePart } from '../../../../../src/core/playback/serving/servableParts.ts';
import { kgsmEvent } from '../../helpers.ts';

function find(lines: readonly (object | string)[], signal?: AbortSignal): Promise<readonly ServablePart[]> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  return servableParts({
    content: Readable.from([gzipSync(text)]),
    plainSystem: 'kgsm',
    name: 'night.ndjson.gz',
    signal: signal ?? new AbortController().signal,
  });
}

const push = {
  receivedAt: 0,
  system: 'bedrock',
  connection: 'mc',
  channel: 'push',
  direction: 'in',
  raw: '{}',
};

describe('the parts of a recording that can be served', () => {
  it('are the connections that sent something unasked, with the names that the header gives them', async () => {
    const header = {
      gameServerOpsRecording: 1,
      connections: [{ id: 'mc', name: 'Minecraft' }, null, { id: 7, name: 'x' }],
    };
    const parts = await find([
      header,
      push,
      { ...push, channel: 'metric' },
      { ...push, system: 'truenas', connection: 'nas', channel: 'log' },
    ]);
    expect(parts).toEqual([
      { system: 'bedrock', connection: 'mc', name: 'Minecraft', messages: 2 },
      { system: 'truenas', connection: 'nas', name: 'nas', messages: 1 },
    ]);
  });

  it('are not those with calls and replies alone, nor what was cut off', async () => {
    const parts = await find([
      { ...push, channel: 'reply' },
      { ...push, channel: 'push', direction: 'out' },
      { ...push, truncated: true },
      { ...push, channel: 'control' },
    ]);
    expect(parts).toEqual([]);
  });

  it('of lines without system and connection are one of the plain system, named as the file', async () => {
    const lines = ['no JSON', JSON.stringify(JSON.parse(kgsmEvent('instance_started', 'mc-1')))];
    expect(await find(lines)).toEqual([
      { system: 'kgsm', connection: 'night.ndjson.gz', name: 'night.ndjson.gz', messages: 1 },
    ]);
  });

  it('are nothing where the reading was cancelled', async () => {
    await expect(find([push], AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });
});
