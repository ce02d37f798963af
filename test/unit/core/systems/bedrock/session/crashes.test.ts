import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../../src/core/model/text.ts';
import type { BedrockServer } from '../../../../../../src/simulator/bedrock/server.ts';
import { ManualClock } from '../../../helpers.ts';
import { open, ready, startServer, type Opened } from '../rig.ts';

const releases = ['3.7', '3.8', '3.9'] as const;
const servers = [{ name: 'alpha', running: true }, { name: 'beta' }];
const asked = 'GET /api/server/{server}/process_info';

function replies(opened: Opened, type: string): number {
  return opened.events().filter((event) => event.channel === 'reply' && event.type === type).length;
}

/** A minute in which the server gives a sign of life when it is asked for one. */
async function aMinute(opened: Opened, clock: ManualClock): Promise<void> {
  const answers = replies(opened, 'acknowledged');
  clock.advance(30_000);
  await opened.until(() => replies(opened, 'acknowledged') > answers);
  clock.advance(30_000);
}

/** Words of the crashes that were found. */
function crashes(opened: Opened): string[] {
  return opened
    .events()
    .filter(({ type }) => type === 'server_crashed')
    .map(({ origin, subject, summary }) => `${origin} ${subject?.key ?? ''}: ${english(summary)}`);
}

function pidOf(server: BedrockServer): string {
  return String(server.machines.get('alpha')?.pid);
}

describe.each(releases)('a crash on %s, which tells of none', (protocolVersion) => {
  it('that was repaired at once leaves an event, though nobody looks at the server', async () => {
    const clock = new ManualClock();
    await using server = await startServer({ protocolVersion, servers });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    await opened.until(() => replies(opened, asked) === 1);
    const before = pidOf(server);
    server.crash('alpha');
    await server.poll();
    await aMinute(opened, clock);
    await opened.until(() => crashes(opened).length > 0);
    expect(crashes(opened)).toEqual([
      `derived alpha: Ended by itself and was started again: process ${pidOf(server)} instead of ${before}`,
    ]);
    expect(opened.servers()).toEqual(['alpha running', 'beta stopped']);
    const alpha = instancesOf(opened.pipeline.fleet(), 'mc').find(({ key }) => key === 'alpha');
    expect(alpha?.detail && english(alpha.detail)).toBe(
      'it crashed and was started again; crashes so far: 1',
    );
  });

  it('is seen at once while somebody looks, and the state is what the program lists', async () => {
    await using server = await startServer({ protocolVersion, servers });
    await using opened = open(server.url);
    await ready(opened);
    opened.conversation().watch?.([{ kind: 'instance', key: 'alpha' }]);
    await opened.until(() => opened.types().includes('resource_update'));
    const before = pidOf(server);
    server.crash('alpha');
    await opened.until(() => opened.servers().includes('alpha stopped'));
    await server.poll();
    await opened.until(() => crashes(opened).length === 2);
    expect(crashes(opened)).toEqual([
      `derived alpha: Ended by itself: process ${before} is gone`,
      `derived alpha: Was started again after it had ended by itself: process ${pidOf(server)}`,
    ]);
    expect(opened.servers()).toContain('alpha running');
  });

  it('after which the manager gives up is looked after until its list says so', async () => {
    const clock = new ManualClock();
    await using server = await startServer({ protocolVersion, servers });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    await opened.until(() => replies(opened, asked) === 1);
    const machine = server.machines.get('alpha');
    if (machine) machine.crashes = 3;
    server.crash('alpha');
    await aMinute(opened, clock);
    await opened.until(() => opened.servers().includes('alpha crashed'));
    clock.advance(300);
    await opened.until(() => opened.servers().includes('alpha stopped'));
    await server.poll();
    clock.advance(12_000);
    await opened.until(() => opened.servers().includes('alpha failed'));
    expect(crashes(opened)).toHaveLength(1);
  });
});

describe('a server that is stopped and started on purpose', () => {
  it.each(releases)('has not crashed on %s', async (protocolVersion) => {
    await using server = await startServer({ protocolVersion, servers });
    await using opened = open(server.url);
    await ready(opened);
    opened.conversation().watch?.([{ kind: 'instance', key: 'alpha' }]);
    await opened.until(() => opened.types().includes('resource_update'));
    for (const id of ['restart', 'stop', 'start'] as const)
      expect(await opened.run(id, { instance: 'alpha' })).toMatchObject({ outcome: 'succeeded' });
    const input = { type: 'world', file: '' };
    expect(await opened.run('backup', { instance: 'alpha', input })).toMatchObject({ outcome: 'succeeded' });
    const samples = opened.types().filter((type) => type === 'resource_update').length;
    await opened.until(
      () => opened.types().filter((type) => type === 'resource_update').length > samples + 1,
    );
    expect(crashes(opened)).toEqual([]);
    expect(opened.servers()).toContain('alpha running');
  });

  it('is not taken for crashed where nobody hears of the stop', async () => {
    await using server = await startServer({ protocolVersion: '3.9', servers });
    await using opened = open(server.url, { settings: { subscriptions: ['event:after_backup'] } });
    await ready(opened);
    opened.conversation().watch?.([{ kind: 'instance', key: 'alpha' }]);
    await opened.until(() => opened.types().includes('resource_update'));
    await opened.run('restart', { instance: 'alpha' });
    const samples = opened.types().filter((type) => type === 'resource_update').length;
    await opened.until(
      () => opened.types().filter((type) => type === 'resource_update').length > samples + 1,
    );
    expect(crashes(opened)).toEqual([]);
    expect(replies(opened, asked)).toBe(0);
  });
});
