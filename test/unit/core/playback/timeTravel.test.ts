import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../../../src/core/journal/store/journalStore.ts';
import { instanceId } from '../../../../src/core/model/instance.ts';
import { emptyFleet, findInstance, instancesOf } from '../../../../src/core/model/fleet.ts';
import { english } from '../../../../src/core/model/text.ts';
import { TimeTravel, type TravelWish } from '../../../../src/core/playback/timeTravel.ts';
import { longestGapMs, TravelPlayer } from '../../../../src/core/playback/travelPlayer.ts';
import { ManualClock } from '../helpers.ts';
import { openTestStore } from '../journal/store/helpers.ts';
import { commit, evening, historyStart, instanceRow, refOf } from './travelHistory.ts';

async function openEvening(): Promise<JournalStore> {
  const store = await openTestStore();
  for (const batch of evening) await store.append(batch);
  return store;
}

function travelIn(store: Pick<JournalStore, 'place' | 'state'>): TimeTravel {
  return new TimeTravel({
    store: () => Promise.resolve(store),
    words: (at) => new Date(at).toISOString().slice(11, 19),
  });
}

const stateOf = (travel: TimeTravel, key: string): string | undefined =>
  travel.moment && findInstance(travel.moment.fleet, refOf(key))?.state;

describe('time travel', () => {
  it('shows the fleet as it was after an event, and goes back to now', async () => {
    const travel = travelIn(await openEvening());
    let told = 0;
    travel.onDidChange(() => told++);
    expect(await travel.go({ to: 'event', seq: 2 })).toEqual({ outcome: 'there' });
    expect(stateOf(travel, 'a')).toBe('running');
    expect(stateOf(travel, 'b')).toBeUndefined();
    await travel.go({ to: 'time', time: historyStart + 6500 });
    expect(stateOf(travel, 'a')).toBe('stopped');
    expect(travel.moment).toMatchObject({ place: { seq: 7 }, first: { seq: 1 }, last: { seq: 8 } });
    travel.back();
    expect(travel.moment).toBeUndefined();
    expect(told).toBe(3);
  });

  it('steps from change to change, also of one instance, and says where there is no more', async () => {
    const travel = travelIn(await openEvening());
    const thing = { connection: 'home', key: instanceId(refOf('a')) };
    const seqs: (number | undefined)[] = [];
    for (const wish of [
      { to: 'previous' },
      { to: 'previous' },
      { to: 'previous', thing },
      { to: 'previous', thing },
      { to: 'next' },
    ] as const) {
      await travel.go(wish);
      seqs.push(travel.moment?.place.seq);
    }
    expect(seqs).toEqual([8, 7, 6, 2, 3]);
    await travel.go({ to: 'event', seq: 1 });
    const answer = await travel.go({ to: 'previous' });
    expect(answer).toMatchObject({ outcome: 'refused', reason: 'noMore' });
    expect(answer.outcome === 'refused' && english(answer.why)).toBe(
      'There is no earlier change in the history, which begins at 00:00:00.',
    );
    expect(travel.moment?.place.seq).toBe(1);
  });

  it('names the earliest moment that there is for one before it', async () => {
    const travel = travelIn(await openEvening());
    const answer = await travel.go({ to: 'time', time: historyStart - 3_600_000 });
    expect(answer).toMatchObject({ outcome: 'refused', reason: 'tooEarly', first: { seq: 1 } });
    expect(answer.outcome === 'refused' && english(answer.why)).toBe(
      'Nothing is known of that time any more: the history begins at 00:00:00.',
    );
    expect(travel.moment).toBeUndefined();
  });

  it.each<TravelWish>([
    { to: 'event', seq: NaN },
    { to: 'event', seq: -1 },
    { to: 'event', seq: 1.5 },
    { to: 'event', seq: 2 ** 53 },
    { to: 'event', seq: '1 OR 1' as unknown as number },
    { to: 'time', time: NaN },
    { to: 'time', time: null as unknown as number },
    { to: 'change', change: -1 },
    { to: 'nowhere' } as unknown as TravelWish,
  ])('refuses %j', async (wish) => {
    const travel = travelIn(await openEvening());
    expect(await travel.go(wish)).toMatchObject({ outcome: 'refused', reason: 'invalid' });
    expect(travel.moment).toBeUndefined();
  });

  it('says that there is no history yet, and that it cannot be read', async () => {
    const empty = travelIn(await openTestStore());
    expect(await empty.go({ to: 'previous' })).toMatchObject({ outcome: 'refused', reason: 'empty' });
    const store = await openEvening();
    const closed = travelIn(store);
    await store.close();
    expect(await closed.go({ to: 'event', seq: 1 })).toMatchObject({ reason: 'unreadable' });
  });

  it('goes to the newest of the wishes that come while a move is under way, and passes over the others', async () => {
    const store = await openEvening();
    let asked = 0;
    const travel = travelIn({
      place: (wish) => store.place(wish),
      state: (seq) => (asked++, store.state(seq)),
    });
    const answers = await Promise.all([2, 3, 4, 5, 6, 7].map((seq) => travel.go({ to: 'event', seq })));
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      'there',
      ...Array<string>(4).fill('replaced'),
      'there',
    ]);
    expect(travel.moment?.place.seq).toBe(7);
    expect(asked).toBe(2);
  });

  it('shows nothing of a move that the way back overtook', async () => {
    const travel = travelIn(await openEvening());
    const moves = [travel.go({ to: 'event', seq: 2 }), travel.go({ to: 'event', seq: 3 })];
    travel.back();
    expect((await Promise.all(moves)).map(({ outcome }) => outcome)).toEqual(['replaced', 'replaced']);
    expect(travel.moment).toBeUndefined();
    await travel.go({ to: 'event', seq: 3 });
    expect(travel.moment?.place.seq).toBe(3);
  });

  it('keeps the very instances that did not change between two moments', async () => {
    const travel = travelIn(await openEvening());
    const at = async (seq: number, key: string): Promise<unknown> => {
      await travel.go({ to: 'event', seq });
      return travel.moment && findInstance(travel.moment.fleet, refOf(key));
    };
    const b = await at(4, 'b');
    expect(b).toBeDefined();
    expect(await at(6, 'b')).toBe(b);
    expect(await at(3, 'b')).not.toBe(b);
  });

  it('shows at fifty places, in any order, what a fold of all rows up to there gives', async () => {
    const store = await openTestStore();
    const states = ['running', 'stopped', 'crashed', 'starting'] as const;
    const rows = Array.from({ length: 400 }, (_, n) =>
      instanceRow(
        `i-${(n * 7) % 23}`,
        n % 11 === 10 ? null : { state: states[n % 4] ?? 'running', players: n, lastEventAt: n },
      ),
    );
    for (const [n, row] of rows.entries()) await store.append(commit(n * 10, row));
    const travel = travelIn(store);
    for (let n = 0; n < 50; n++) {
      const seq = 1 + ((n * 7919) % rows.length);
      await travel.go({ to: 'event', seq });
      const folded = new Map<string, string>();
      for (const { key, state } of rows.slice(0, seq))
        if (state === null) folded.delete(key);
        else folded.set(key, state);
      const shown = instancesOf(travel.moment?.fleet ?? emptyFleet, 'home').map((each) =>
        JSON.stringify(each),
      );
      expect(shown.sort()).toEqual([...folded.values()].sort());
    }
  });

  it('stays where it is while the journal goes on, and knows of it with the next move', async () => {
    const store = await openEvening();
    const travel = travelIn(store);
    await travel.go({ to: 'event', seq: 2 });
    await store.append(commit(60, instanceRow('c', {})));
    expect(stateOf(travel, 'c')).toBeUndefined();
    expect(travel.moment?.last.seq).toBe(8);
    await travel.go({ to: 'next' });
    expect(travel.moment).toMatchObject({ place: { seq: 3 }, last: { seq: 9 } });
  });
});

describe('the player of the history', () => {
  /** Advances the clock until a moment is on screen, in small steps; answers how much time went by. */
  async function until(clock: ManualClock, isThere: () => boolean): Promise<number> {
    const from = clock.now();
    while (!isThere()) {
      await new Promise(setImmediate);
      if (clock.waiting > 0) clock.advance(10);
    }
    return clock.now() - from;
  }

  async function playing(speed: number): Promise<{
    clock: ManualClock;
    travel: TimeTravel;
    player: TravelPlayer;
    store: JournalStore;
  }> {
    const store = await openEvening();
    const clock = new ManualClock();
    const travel = travelIn(store);
    const player = new TravelPlayer(travel, clock);
    await travel.go({ to: 'event', seq: 1 });
    player.setSpeed(speed);
    player.play();
    return { clock, travel, player, store };
  }

  it('shows each change when it is due at its speed, and ends with the last', async () => {
    const { clock, travel, player } = await playing(10);
    const took: Record<number, number> = {};
    travel.onDidChange(() => (took[travel.moment?.place.seq ?? 0] = clock.now()));
    const begun = clock.now();
    await until(clock, () => !player.isPlaying);
    expect(Object.keys(took)).toEqual(['2', '3', '6', '7', '8']);
    // A second between the events is a tenth of it.
    expect(Object.values(took).map((at) => at - begun)).toEqual([100, 200, 500, 600, 700]);
  });

  it('waits no longer than some seconds where nothing changed for long', async () => {
    const { clock, travel, player, store } = await playing(1);
    await store.append(commit(100_000, instanceRow('a', { state: 'running' })));
    await travel.go({ to: 'event', seq: 8 });
    const took = await until(clock, () => travel.moment?.place.seq === 9);
    expect(took).toBeLessThanOrEqual(longestGapMs + 10);
    player.dispose();
  });

  it('passes over what it is too late for', async () => {
    const { clock, travel, player } = await playing(100);
    const seen: (number | undefined)[] = [];
    travel.onDidChange(() => seen.push(travel.moment?.place.seq));
    await expect.poll(() => clock.waiting).toBe(1);
    // The machine was busy for 45 ms: four and a half seconds of the history.
    clock.advance(45);
    await until(clock, () => !player.isPlaying);
    expect(seen[0]).toBe(2);
    expect(seen).not.toContain(3);
    expect(seen.at(-1)).toBe(8);
  });

  it('goes on at the moment that somebody chooses meanwhile, and ends with the way back', async () => {
    const { clock, travel, player } = await playing(1);
    await travel.go({ to: 'event', seq: 6 });
    expect(player.isPlaying).toBe(true);
    await until(clock, () => travel.moment?.place.seq === 7);
    travel.back();
    expect(player.isPlaying).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  it('takes no speed that is none', async () => {
    const { player } = await playing(10);
    for (const speed of [0, -1, NaN, Infinity, 'fast', '5', null]) player.setSpeed(speed);
    expect(player.speed).toBe(10);
    player.pause();
    expect(player.isPlaying).toBe(false);
  });
});
