import { describe, expect, it } from 'vitest';
import { headerOfEvents, headerOfQuery } from '../../../../../src/core/playback/recording/recordingHeader.ts';
import { home, openTestStore, storedEvent } from '../../journal/store/helpers.ts';

async function store(): ReturnType<typeof openTestStore> {
  const opened = await openTestStore();
  await opened.append({
    events: [storedEvent(1)],
    changes: [{ address: home, what: 'instance', key: 'server-1', state: '{"state":"running"}' }],
  });
  await opened.append({
    events: [
      storedEvent(2, { redacted: ['password'] }),
      storedEvent(3, { truncated: true, retention: 'task', redacted: ['token'] }),
      storedEvent(4, { connection: 'nas', source: 'nas', system: 'truenas' }),
    ],
  });
  return opened;
}

describe('the header of a recording', () => {
  it.each(['a query', 'chosen events'])('tells of %s what a reader wants to know first', async (from) => {
    const opened = await store();
    const facts = {
      store: opened,
      name: 'night',
      software: 'Game Server Ops 0.1.0',
      connections: [{ id: 'home', system: 'kgsm' }],
      nameOf: (id: string) => (id === 'home' ? 'Home' : 'NAS of the recording'),
    };
    const query = '-instance:server-1';
    const found = await opened.query(query);
    const { rows } = await found.rows({ anchor: 'newest', direction: 'older', count: 9 });
    const header =
      from === 'a query'
        ? await headerOfQuery(facts, query, found)
        : await headerOfEvents(facts, [...rows].reverse());
    expect(header).toMatchObject({
      gameServerOpsRecording: 1,
      name: 'night',
      journal: opened.status.journalId,
      fromSeq: 2,
      toSeq: 4,
      from: new Date(storedEvent(2).receivedAt).toISOString(),
      to: new Date(storedEvent(4).receivedAt).toISOString(),
      counts: { lifecycle: 2, task: 1 },
      redacted: 2,
      truncated: 1,
      base: { seq: 1, changes: [{ key: 'server-1', state: '{"state":"running"}' }] },
    });
    expect([...(header?.connections ?? [])].sort((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: 'home', system: 'kgsm', name: 'Home' },
      { id: 'nas', name: 'NAS of the recording' },
    ]);
  });

  it('is none where nothing matches', async () => {
    const opened = await store();
    const facts = { store: opened, name: '', software: '', connections: [], nameOf: String };
    expect(await headerOfQuery(facts, 'type:nothing', await opened.query('type:nothing'))).toBeUndefined();
    expect(await headerOfEvents(facts, [])).toBeUndefined();
  });
});
