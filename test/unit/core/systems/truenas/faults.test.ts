import { describe, expect, it } from 'vitest';
import { isFinished } from '../../../../../src/core/model/task.ts';
import { FakeNas, Refusal } from './fake.ts';
import { open, ready, type Opened } from './rig.ts';

/** Numbers that look random and are the same every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A NAS that works through jobs, and whose conversations break at any time. */
class Troubled {
  readonly nas: FakeNas;
  readonly #random: () => number;
  #id = 1;
  #now = 1_795_200_000_000;
  #busy = false;

  constructor(nas: FakeNas, random: () => number, modern: boolean) {
    this.nas = nas;
    this.#random = random;
    nas.methods.set(modern ? 'auth.login_ex' : 'auth.login', () => {
      const busy = this.#busy;
      this.#busy = false;
      if (busy) return new Refusal(16, '[EBUSY] Rate Limit Exceeded');
      return modern ? { response_type: 'SUCCESS' } : true;
    });
  }

  async work(opened: Opened): Promise<void> {
    const id = this.#id++;
    const started = (this.#now += 1000);
    const app = `app${String(started % 3)}`;
    const common = { method: 'app.redeploy', arguments: [app], time_started: { $date: started } };
    this.nas.jobs.delete(id);
    this.nas.job(id, { ...common, state: 'WAITING' }, 'added');
    this.nas.job(id, { ...common, state: 'RUNNING', progress: { percent: 20, description: 'x' } });
    if (this.#random() < 0.5) await opened.until(() => opened.connection.state === 'ready');
    if (this.#fault()) return;
    const state = ['SUCCESS', 'FAILED', 'ABORTED'][Math.floor(this.#random() * 3)] ?? 'SUCCESS';
    const over = { ...common, state, time_finished: { $date: started + 500 } };
    this.nas.job(id, over, 'changed', this.#random() < 0.3);
    if (this.#random() < 0.3) this.nas.job(id, over);
    this.nas.app(app, 'RUNNING');
    this.#fault();
  }

  /** True where all jobs are gone with it. */
  #fault(): boolean {
    const which = this.#random();
    this.#busy = this.#random() < 0.2;
    if (which < 0.25) this.nas.drop();
    else if (which < 0.35) this.nas.drop(1011, 'KeyError');
    else if (which < 0.5) {
      this.nas.jobs.clear();
      this.#id = 1;
      this.nas.drop(1001);
      return true;
    }
    return false;
  }
}

async function play(seed: number, modern: boolean): Promise<void> {
  const random = seeded(seed);
  await using nas = await FakeNas.listen({ modern });
  for (const app of ['app0', 'app1', 'app2']) nas.app(app, 'RUNNING');
  await using opened = open(nas.url);
  await ready(opened);
  const troubled = new Troubled(nas, random, modern);
  for (let step = 0; step < 8; step++) await troubled.work(opened);
  const tasks = () => [...opened.pipeline.fleet().tasks.values()];
  await opened.until(
    () => opened.connection.state === 'ready' && tasks().every(({ state }) => isFinished(state)),
  );
  expect(opened.instances()).toEqual([
    'app app0 running',
    'app app1 running',
    'app app2 running',
    'host tank-nas running',
  ]);
}

describe('a NAS whose conversations break at any time', () => {
  it(
    'has no task that runs for ever, and shows everything as it is in the end, in 60 runs',
    { timeout: 120_000 },
    async () => {
      for (let at = 0; at < 60; at += 10)
        await Promise.all(Array.from({ length: 10 }, (_, i) => play(at + i, i % 2 === 0)));
    },
  );
});
