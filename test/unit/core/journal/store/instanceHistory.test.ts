import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalDatabase } from '../../../../../src/core/journal/store/database.ts';
import {
  readInstanceHistory,
  type InstanceHistoryRequest,
} from '../../../../../src/core/journal/store/instanceHistory.ts';
import type { Batch, ChangeRow, StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';
import { instanceId, type Instance } from '../../../../../src/core/model/instance.ts';
import type { LifecycleState } from '../../../../../src/core/model/lifecycle.ts';
import { uptimeShare } from '../../../../../src/core/model/stateHistory.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { recordedWeek, troubled } from '../../../../e2e/night/week.ts';
import { encode, finish, home, openJournal, openTestStore, storedEvent, temporaryFolder } from './helpers.ts';

const hour = 3_600_000;
const day = 24 * hour;
const until = Date.UTC(2026, 10, 27, 12);
const server = { connection: 'home', kind: 'instance', key: 'server-0' };

function instanceRow(state: LifecycleState, since: number, given: Partial<Instance> = {}): ChangeRow {
  const instance: Instance = { ...server, name: 'server-0', state, since, lastEventAt: since, ...given };
  return { address: home, what: 'instance', key: instanceId(server), state: JSON.stringify(instance) };
}

function connectionRow(state: string, since: number, given: object = {}): ChangeRow {
  return {
    address: home,
    what: 'connection',
    key: '',
    state: JSON.stringify({ id: 'home', system: 'kgsm', state, since, ...given }),
  };
}

const batch = (at: number, ...changes: readonly ChangeRow[]): Batch => ({
  events: [storedEvent(0, { receivedAt: at, subject: { kind: 'instance', key: 'server-0' } })],
  changes,
});

function written(...batches: readonly Batch[]): JournalDatabase {
  const db = openJournal(join(temporaryFolder(), 'journal.db'));
  const writer = new Writer(db);
  for (const each of batches) writer.append(encode(each));
  return db;
}

const asked = (given: Partial<InstanceHistoryRequest> = {}): InstanceHistoryRequest => ({
  instance: server,
  from: until - day,
  to: until,
  heardUntil: until,
  ...given,
});

const statesOf = (db: JournalDatabase, request = asked()): readonly string[] =>
  finish(readInstanceHistory(db, request)).stretches.map(({ state }) => state ?? 'not heard');

describe('the history of an instance', () => {
  it('tells of a recorded week when it was up, when it crashed, and who restarted it', async () => {
    const db = written(...(await recordedWeek(until)));
    const { stretches, uptime, happenings, isCut } = finish(
      readInstanceHistory(db, { instance: troubled, from: until - 7 * day, to: until, heardUntil: until }),
    );
    expect(isCut).toBe(false);
    expect(uptime.crashes).toBe(6);
    expect(uptimeShare(uptime)).toBeGreaterThan(0);
    expect(uptimeShare(uptime)).toBeLessThan(1);
    expect(stretches[0]).toMatchObject({ state: 'ready', from: until - 7 * day });
    const gaps = stretches.filter(({ band, from }) => band === 'unknown' && from > until - 4 * day);
    expect(gaps.map(({ from, to }) => (to - from) / hour)).toEqual([5 + 1 / 60]);
    expect(stretches.at(-1)).toMatchObject({ state: 'ready', to: until });
    const [ready, started, restart] = happenings;
    expect(ready).toMatchObject({ what: 'state', state: 'ready' });
    expect(ready?.what === 'state' && ready.during && english(ready.during.title)).toBe(
      'Restarting ark-island',
    );
    expect(started).toMatchObject({ what: 'state' });
    expect(restart).toMatchObject({
      what: 'task',
      state: 'succeeded',
      startedBy: { window: 'elsewhere' },
    });
    const crash = happenings.find((each) => each.what === 'state' && each.state === 'crashed');
    expect(crash?.what === 'state' && crash.event && english(crash.event.summary)).toContain('exit code 137');
  });

  it('has a task of the range alone, and who began it, also where a day is asked for', async () => {
    const db = written(...(await recordedWeek(until)));
    const tasksSince = (from: number): readonly string[] =>
      finish(
        readInstanceHistory(db, { instance: troubled, from, to: until, heardUntil: until }),
      ).happenings.flatMap((each) => (each.what === 'task' ? [english(each.title)] : []));
    expect(tasksSince(until - day)).toEqual(['Restarting ark-island']);
    expect(tasksSince(until - 60_000)).toEqual([]);
  });

  it('is the same through the worker', async () => {
    const store = await openTestStore();
    for (const each of await recordedWeek(until)) await store.append(each);
    const { uptime } = await store.instanceHistory({
      instance: troubled,
      from: until - 7 * day,
      to: until,
      heardUntil: until,
    });
    expect(uptime.crashes).toBe(6);
  });

  it('finds the begin of a state behind thousands of rows that tell of players', () => {
    const begun = until - 20 * hour;
    const rows = Array.from({ length: 3_000 }, (_, n) =>
      batch(begun + n * 1_000, instanceRow('ready', begun, { players: n })),
    );
    const db = written(
      batch(until - 30 * hour, connectionRow('ready', until - 30 * hour)),
      batch(until - 22 * hour, instanceRow('crashed', until - 22 * hour)),
      ...rows,
      batch(until - hour, instanceRow('stopped', until - hour)),
    );
    const steps = readInstanceHistory(db, asked());
    let count = 0;
    const counted = (function* () {
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
        count++;
        yield;
      }
    })();
    const { stretches } = finish(counted);
    // Read one behind the other, the rows would be 47 pieces.
    expect(count).toBeLessThan(15);
    expect(stretches.map(({ state, from }) => [state, (until - from) / hour])).toEqual([
      [undefined, 24],
      ['crashed', 22],
      ['ready', 20],
      ['stopped', 1],
    ]);
  });

  it('tells nothing where the server was never seen, and not 0 %', () => {
    const db = written(batch(until - hour, connectionRow('ready', until - hour)));
    const history = finish(readInstanceHistory(db, asked()));
    expect(history.happenings).toEqual([]);
    expect(uptimeShare(history.uptime)).toBeUndefined();
  });

  it('ends at a moment of the past that is shown', () => {
    const db = written(
      batch(until - 9 * hour, connectionRow('ready', until - 9 * hour)),
      batch(until - 8 * hour, instanceRow('ready', until - 8 * hour)),
      batch(until - 2 * hour, instanceRow('crashed', until - 2 * hour)),
    );
    const to = until - 4 * hour;
    const past = asked({ to, heardUntil: to, seq: 2 });
    expect(statesOf(db, past)).toEqual(['not heard', 'ready']);
    const { uptime, happenings } = finish(readInstanceHistory(db, past));
    expect(uptime.crashes).toBe(0);
    expect(happenings).toHaveLength(1);
  });

  it('knows the newest state whose rows retention took away', () => {
    const db = written(
      batch(until - 30 * hour, connectionRow('ready', until - 30 * hour)),
      batch(until - 29 * hour, instanceRow('ready', until - 29 * hour)),
    );
    db.exec('DELETE FROM changes');
    expect(statesOf(db)).toEqual(['ready']);
  });

  it('does not know times in which the connection was lost, or after which nobody heard it', () => {
    const db = written(
      batch(until - 30 * hour, connectionRow('ready', until - 30 * hour)),
      batch(until - 29 * hour, instanceRow('ready', until - 29 * hour)),
      batch(
        until - 5 * hour - 1_000,
        connectionRow('connecting', until - 5 * hour - 1_000, { heardAt: until - 9 * hour }),
      ),
      batch(until - 5 * hour, connectionRow('ready', until - 5 * hour)),
    );
    const history = finish(readInstanceHistory(db, asked({ heardUntil: until - hour })));
    expect(history.stretches.map(({ band, from, to }) => [band, (to - from) / hour])).toEqual([
      ['up', 15],
      ['unknown', 4],
      ['up', 4],
      ['unknown', 1],
    ]);
  });

  it('does not know the time before a connection that came back within one commit, of which one row is left', () => {
    const told = (state: string, at: number, given: object): StoredEvent =>
      storedEvent(0, {
        receivedAt: at,
        channel: 'control',
        type: 'connection.state',
        raw: JSON.stringify({ type: 'connection.state', state, ...given }),
      });
    const db = written(
      batch(until - 30 * hour, connectionRow('ready', until - 30 * hour)),
      batch(until - 29 * hour, instanceRow('ready', until - 29 * hour)),
      {
        events: [
          told('connecting', until - 5 * hour, { heardAt: until - 9 * hour }),
          { ...told('connecting', until - 5 * hour, { heardAt: 5 }), connection: 'other' },
          told('ready', until - 5 * hour, {}),
        ],
        changes: [connectionRow('ready', until - 5 * hour)],
      },
    );
    const { stretches } = finish(readInstanceHistory(db, asked()));
    expect(stretches.map(({ band, from, to }) => [band, (to - from) / hour])).toEqual([
      ['up', 15],
      ['unknown', 4],
      ['up', 5],
    ]);
  });

  it('says that it is cut where a server changes without end', () => {
    const db = written(batch(until - 2 * day, connectionRow('ready', until - 2 * day)));
    const states = ['starting', 'crashed'] as const;
    const writer = new Writer(db);
    for (let n = 0; n < 5_000; n++) {
      const at = until - 10 * hour + n * 1_000;
      writer.append(encode(batch(at, instanceRow(states[n % 2] ?? 'crashed', at))));
    }
    const { isCut, stretches, happenings } = finish(readInstanceHistory(db, asked()));
    expect(isCut).toBe(true);
    expect(stretches.length).toBeLessThanOrEqual(600);
    expect(happenings.length).toBeLessThanOrEqual(150);
  });

  it('goes by indexes alone: no query reads all events or all changes', async () => {
    const db = written(...(await recordedWeek(until)));
    const asks = new Set<string>();
    const prepare = db.prepare.bind(db);
    db.prepare = (sql) => {
      asks.add(sql);
      return prepare(sql);
    };
    finish(
      readInstanceHistory(db, { instance: troubled, from: until - 30 * day, to: until, heardUntil: until }),
    );
    expect(asks.size).toBeGreaterThan(5);
    for (const sql of asks) {
      const count = sql.match(/\?/g)?.length ?? 0;
      const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array.from({ length: count }, () => 0));
      const steps = plan.map(({ detail }) => String(detail));
      expect(
        steps.filter((step) => /SCAN (e|events|x|changes)\b/.test(step)),
        sql,
      ).toEqual([]);
    }
  });
});
