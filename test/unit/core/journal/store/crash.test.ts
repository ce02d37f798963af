import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { restoredFleet } from '../../../../../src/core/journal/fleetState.ts';
import type { JournalDatabase } from '../../../../../src/core/journal/store/database.ts';
import { readEvents, readState } from '../../../../../src/core/journal/store/reader.ts';
import { instancesOf, type Fleet } from '../../../../../src/core/model/fleet.ts';
import type { Pipeline } from '../../../../../src/core/journal/pipeline.ts';
import { kgsm } from '../../../../../src/core/systems/kgsm/index.ts';
import { fileOfDay } from '../../../../../src/core/wire/eventFiles.ts';
import { rounds } from '../../../../harness/proof.ts';
import { core } from '../../helpers.ts';
import { crashEvent, numberOf } from './crashEvents.ts';
import { openJournal, temporaryFolder } from './helpers.ts';

const child = fileURLToPath(new URL('./crashChild.ts', import.meta.url));

/** Last number of each connection. */
interface Numbers {
  home: number;
  drafts: number;
}

/** Kills the capturing process once it acknowledged so many commits; answers the last numbers that it acknowledged. */
function runAndKill(folder: string, firstDraft: number, commits: number): Promise<Numbers> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, folder, String(firstDraft)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let seen = 0;
    running.stdout.on('data', (data: Buffer) => {
      const text = data.toString();
      output += text;
      seen += text.split('\n').length - 1;
      if (seen >= commits) running.kill('SIGKILL');
    });
    running.on('error', reject);
    running.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error('The process ended by itself.'));
      // A line that the kill cut short is no acknowledgement.
      const lines = output.split('\n').slice(0, -1);
      const acknowledged = lines.map((line) => JSON.parse(line) as Partial<Numbers>);
      const last = (of: keyof Numbers): number =>
        Math.max(-1, ...acknowledged.map((numbers) => numbers[of] ?? -1));
      resolve({ home: last('home'), drafts: last('drafts') });
    });
  });
}

interface WritingKgsm {
  readonly file: string;
  /** Offset behind each event. */
  readonly ends: readonly number[];
  write(): void;
  pause(): void;
}

/** A KGSM that writes 2,500 events a second into its file while it is told to. */
function startKgsm(directory: string): WritingKgsm {
  mkdirSync(directory);
  const file = fileOfDay(Date.now());
  const ends: number[] = [];
  const write = (): void => {
    let lines = '';
    let end = ends.at(-1) ?? 0;
    for (let n = 0; n < 10; n++) {
      const line = `${crashEvent(ends.length)}\n`;
      lines += line;
      ends.push((end += line.length));
    }
    appendFileSync(join(directory, file), lines);
  };
  let timer: NodeJS.Timeout | undefined;
  const pause = (): void => {
    clearInterval(timer);
  };
  onTestFinished(pause);
  write();
  return {
    file,
    ends,
    write: () => {
      timer = setInterval(write, 4);
    },
    pause,
  };
}

/** Gives a process that never died what came into the journal since it was last here. */
function catchUp(pipeline: Pipeline, db: JournalDatabase, from: number, to: number): void {
  const page = 1000;
  for (let first = from; first <= to; first += page) {
    const seqs = Array.from({ length: Math.min(page, to - first + 1) }, (_, n) => first + n);
    const events = readEvents(db, seqs);
    expect(events.map(({ seq }) => seq)).toEqual(seqs);
    for (const event of events)
      pipeline.ingest({ ...event, timeline: 'live', bytes: Buffer.from(event.raw) });
  }
  pipeline.flush();
}

/**
 * Instances and tasks. Without the tasks that ended when the oldest of the remembered ones did: which of these is
 * forgotten first is not decided.
 */
function thingsOf(fleet: Fleet, endedAfter: number) {
  const tasks = [...fleet.tasks.values()].filter(({ finishedAt = Infinity }) => finishedAt > endedAfter);
  return {
    instances: ['home', 'drafts'].map(
      (id) => new Map(instancesOf(fleet, id).map((each) => [each.key, each])),
    ),
    tasks: new Map(tasks.map((task) => [task.id, task])),
  };
}

const oldestEnd = (fleet: Fleet): number =>
  Math.min(...[...fleet.tasks.values()].map(({ finishedAt = Infinity }) => finishedAt));

const sorted = (context: unknown): unknown => {
  const { memory, ...counters } = context as { memory: [string, unknown][] };
  return { ...counters, memory: new Map(memory) };
};

const times = rounds(3, 50);
it(
  `a process killed ${times} times while it captures 5,000 events/s loses nothing acknowledged and doubles nothing; fleet, contexts and cursor are those of one that never died`,
  { tags: ['proof'], timeout: times * 60_000 },
  async () => {
    const folder = temporaryFolder();
    const program = startKgsm(join(folder, 'events'));
    const { file, ends } = program;
    const { pipeline } = core();
    let seen = 0;
    const last: Numbers = { home: -1, drafts: -1 };
    for (let round = 0; round < times; round++) {
      program.write();
      const acknowledged = await runAndKill(folder, last.drafts + 1, 20 + ((round * 37) % 90));
      // A slow machine would have more to check in every round.
      program.pause();
      const db = openJournal(join(folder, 'history', 'journal.db'));
      const seq = db.number('SELECT max(seq) FROM events');
      expect(db.number('SELECT count(*) FROM events')).toBe(seq);
      for (const connection of ['home', 'drafts'] as const) {
        const numbers = db
          .prepareArrays(
            `SELECT raw FROM payload JOIN events USING (seq) JOIN connections c ON c.id = events.connection
             WHERE c.connection = ? AND seq > ? ORDER BY seq`,
          )
          .all(connection, seen)
          .flatMap(([raw]) => numberOf(String(raw)) ?? []);
        // Each once, in its order, none left out, from round to round.
        expect(numbers).toEqual(numbers.map((_, n) => last[connection] + 1 + n));
        last[connection] += numbers.length;
        expect(last[connection]).toBeGreaterThanOrEqual(acknowledged[connection]);
      }
      catchUp(pipeline, db, seen + 1, seq);
      seen = seq;

      const state = readState(db);
      const restored = restoredFleet(state.changes);
      const endedAfter = Math.max(oldestEnd(restored), oldestEnd(pipeline.fleet()));
      expect(thingsOf(restored, endedAfter)).toEqual(thingsOf(pipeline.fleet(), endedAfter));
      for (const { address, context } of state.contexts)
        expect(sorted(JSON.parse(context))).toEqual(
          sorted(kgsm.decoder.save(pipeline.context('live', address.connection) as never)),
        );
      expect(state.contexts.map(({ address }) => address.connection).sort()).toEqual(['drafts', 'home']);
      expect(state.cursors.map(({ cursor }) => JSON.parse(cursor) as unknown)).toEqual([
        { directory: join(folder, 'events'), cursor: { file, offset: ends[last.home] } },
      ]);
      expect([...db.check()].length).toBeGreaterThan(5);
      db.close();
    }
  },
);
