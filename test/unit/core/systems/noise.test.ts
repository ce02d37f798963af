import { describe, expect, it } from 'vitest';
import type { OpsEvent } from '../../../../src/core/model/event.ts';
import { Pipeline } from '../../../../src/core/journal/pipeline.ts';
import { kgsmDecoder } from '../../../../src/core/systems/kgsm/decode/decode.ts';
import { cliReply, cliRequest } from '../../../../src/core/systems/kgsm/decode/cliMessages.ts';
import { ready as bedrockReady, open as openBedrock, startServer } from './bedrock/rig.ts';
import { FakeNas } from './truenas/fake.ts';
import { open as openNas, ready as nasReady } from './truenas/rig.ts';
import { draft } from '../helpers.ts';

/** Direction and payload of what a connection asked and was answered, noise or not. */
function said(events: readonly OpsEvent[], isNoise: boolean, words: string): string[] {
  return events
    .filter(
      ({ channel, noise = false, raw }) => channel !== 'control' && noise === isNoise && raw.includes(words),
    )
    .map(({ direction }) => direction);
}

describe('noise', () => {
  it('is what Bedrock Server Manager is asked to know how things are, with its answers', async () => {
    await using server = await startServer();
    await using opened = openBedrock(server.url);
    await bedrockReady(opened);
    await opened.conversation().listed;
    expect(said(opened.events(), true, '"/api/servers"')).toEqual(['out', 'in']);
    expect(said(opened.events(), true, '/api/info')).toEqual([]);
    const input = { method: 'GET', path: '/api/servers', body: '' };
    expect(await opened.run('request', { input })).toMatchObject({ outcome: 'succeeded' });
    expect(said(opened.events(), false, '"/api/servers"')).toEqual(['out', 'in']);
  });

  it.each([true, false])('is what keeps a conversation with a NAS alive (modern: %s)', async (modern) => {
    await using nas = await FakeNas.listen({ modern });
    await using opened = openNas(nas.url);
    await nasReady(opened);
    const pings = (): string[] => said(opened.events(), true, 'core.ping');
    await opened.until(() => pings().length > 0);
    const ping = opened.events().find(({ raw }) => raw.includes('core.ping'));
    const { id } = JSON.parse(ping?.raw ?? '{}') as { id?: string };
    await opened.until(() => said(opened.events(), true, `"${String(id)}"`).includes('in'));
    expect(said(opened.events(), false, 'core.ping')).toEqual([]);
    expect(said(opened.events(), false, 'core.get_jobs')).not.toEqual([]);
  });

  it('is never an answer that tells of a failure', () => {
    const pipeline = new Pipeline({
      decoderOf: () => kgsmDecoder,
      defer: () => undefined,
      onListenerError: (_name, error) => {
        throw error;
      },
    });
    const args = ['-i', 'a', '--status', '--json', '--fast'];
    const asked = pipeline.ingest(
      draft(cliRequest(args), { channel: 'request', direction: 'out', noise: true }),
    );
    const answer = pipeline.ingest(draft(cliReply(args, 1, ''), { channel: 'reply', noise: true }));
    expect([asked.noise, answer.noise]).toEqual([true, undefined]);
    expect(answer.severity).toBe('warning');
  });
});
