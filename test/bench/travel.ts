import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PastFleets } from '../../src/core/journal/fleetState.ts';
import type { JournalStore } from '../../src/core/journal/store/journalStore.ts';
import type { JournalState } from '../../src/core/journal/store/reader.ts';
import type { ChangeRow } from '../../src/core/journal/store/records.ts';
import { instanceId, type Instance } from '../../src/core/model/instance.ts';
import { openBenchStore } from './benchStore.ts';
import { benchEvents, firstAt, gapMs } from './journalEvents.ts';
import { line, median, percentile, type Line } from './measure.ts';

/** Events of one transaction. */
const PART = 500;
/** Numbers that look random and are the same in each run: multiples of a prime, by another one. */
const SPREAD = 7_919;

/** Going to any place of a history: the fleet of then, beside a fold of all change rows from the beginning. */
export async function travel(): Promise<Line[]> {
  return [
    ...(await seeks({ events: 1_000_000, instances: 2_000, places: 1_000, budget: '≤ 100' })),
    // Each state is ten times as large: a thousand of them would take a quarter of an hour.
    ...(await seeks({ events: 200_000, instances: 20_000, places: 50, budget: '' })),
  ];
}

async function seeks(size: {
  readonly events: number;
  readonly instances: number;
  readonly places: number;
  readonly budget: string;
}): Promise<Line[]> {
  const { events, instances, places, budget } = size;
  const folder = mkdtempSync(join(tmpdir(), 'gst-'));
  const path = join(folder, 'journal.db');
  const store = await openBenchStore(path);
  try {
    await fillChanging(store, events, instances);
    const times: number[] = [];
    const past = new Past(path);
    const fleets = new PastFleets();
    for (let n = 0; n < places; n++) {
      const seq = Math.max(
        1,
        Math.round(((n + 0.5) * events) / places) - (((n + 1) * SPREAD) % (events / places)),
      );
      const begun = performance.now();
      await store.place({ to: 'event', seq });
      const state = await store.state(seq);
      const fleet = fleets.fleetOf(state.changes);
      times.push(performance.now() - begun);
      past.expect(seq, state);
      if (fleet.connections.size === 0) throw new Error(`There is no fleet at ${seq}.`);
    }
    past.close();
    const what = `time travel: seek in ${events.toLocaleString('en')} events, ${instances.toLocaleString('en')} instances`;
    const note = `${places} places, all equal to a fold of all change rows; p95 ${percentile(times, 0.95).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`;
    return [line(what, median(times), 'ms', budget, note)];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each event changes an instance; all instances are known after the first events. */
async function fillChanging(store: JournalStore, events: number, instances: number): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  for (let n = 0; n < events; n += PART) {
    const changes = Array.from({ length: PART }, (_, at) => ({
      ...changeOf(n + at, instances),
      after: at + 1,
    }));
    underWay.push(store.append({ events: benchEvents(n, PART), changes }));
    while (store.waitingBytes > 2_000_000) await underWay.shift();
  }
  await Promise.all(underWay);
}

function changeOf(n: number, instances: number): ChangeRow {
  const index = n < instances ? n : (n * SPREAD) % instances;
  const at = firstAt + n * gapMs;
  const ref = { connection: 'home', kind: 'instance', key: `server-${index}` };
  const instance: Instance = {
    ...ref,
    name: ref.key,
    state: n % 3 === 0 ? 'running' : 'stopped',
    since: at,
    version: `1.${n}`,
    players: n % 20,
    lastEventAt: at,
  };
  const address = { source: 'home', host: '', connection: 'home', system: 'kgsm' };
  return { address, what: 'instance', key: instanceId(ref), state: JSON.stringify(instance) };
}

/** The change rows of a journal, folded one by one on a connection of its own. */
class Past {
  readonly #db: DatabaseSync;
  readonly #things = new Map<string, unknown>();
  #seq = 0;

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { readOnly: true });
  }

  /** Throws where a state is another one than the fold up to there. Places come in their order. */
  expect(seq: number, state: JournalState): void {
    const rows = this.#db
      .prepare('SELECT what, key, state FROM changes WHERE seq > ? AND seq <= ? ORDER BY id')
      .all(this.#seq, seq);
    for (const { what, key, state: json } of rows)
      if (json === null) this.#things.delete(`${String(what)} ${String(key)}`);
      else this.#things.set(`${String(what)} ${String(key)}`, json);
    this.#seq = seq;
    const differs = state.changes.some(
      ({ what, key, state: json }) => this.#things.get(`${what} ${key}`) !== json,
    );
    if (differs || state.changes.length !== this.#things.size || this.#things.size === 0)
      throw new Error(`The state at ${seq} is not that of a fold of all changes.`);
  }

  close(): void {
    this.#db.close();
  }
}
