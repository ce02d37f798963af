import { expect, it } from 'vitest';
import { restoredFleet } from '../../../../src/core/journal/fleetState.ts';
import { batchOf } from '../../../../src/core/journal/recorder.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { core, draft } from '../helpers.ts';
import { openTestStore } from './store/helpers.ts';

/** An event of KGSM as a notification server passes it on. */
function relayed(host: string | undefined, type: string): string {
  const event = { EventType: type, Data: { InstanceName: 'mc-1' }, ...(host ? { Hostname: host } : {}) };
  const content = { message: JSON.stringify(event), sender: 'relay-1' };
  return JSON.stringify({ event: 'broadcast_message', id: 's', timestamp: '2026-11-20T18:41:17Z', content });
}

it('keeps what hosts behind one connection send apart, under their names, also after a restart', async () => {
  const { pipeline } = core();
  const store = await openTestStore();
  const commits: Promise<unknown>[] = [];
  pipeline.subscribe('journal', (change) => {
    commits.push(store.append(batchOf(change)));
  });
  const tell = (host: string | undefined, type: string): void => {
    pipeline.ingest(draft(relayed(host, type), { connection: 'bell', system: 'notifier' }));
    pipeline.flush();
  };
  tell('north', 'instance_started');
  tell('south', 'instance_started');
  tell('south', 'instance_stopped');
  tell(undefined, 'instance_started');
  tell('north', 'instance_uninstalled');
  await Promise.all(commits);

  const found = await store.query('host:south instance:mc-1');
  const { rows } = await found.rows({ anchor: 'oldest', direction: 'newer', count: 9 });
  expect(rows.map(({ type, host, subject }) => [type, host, subject])).toEqual(
    ['instance_stopped', 'instance_started'].map((type) => [
      type,
      'south',
      { host: 'south', kind: 'instance', key: 'mc-1', name: 'mc-1 · south' },
    ]),
  );
  const { changes } = await store.state();
  const addresses = changes.filter(({ what }) => what === 'instance').map(({ address }) => address.host);
  expect(addresses.sort()).toEqual(['', '', 'south']);
  const states = instancesOf(restoredFleet(changes), 'bell').map(({ host, key, state }) => [
    host,
    key,
    state,
  ]);
  expect(states.sort()).toEqual([
    [undefined, 'mc-1', 'running'],
    [undefined, 'relay-1', 'running'],
    ['south', 'mc-1', 'stopped'],
  ]);
});
