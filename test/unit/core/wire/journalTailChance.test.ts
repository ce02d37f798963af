import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rounds } from '../../../harness/proof.ts';
import { At, Reading } from './journalReading.ts';

const hour = 3_600_000;

describe('a journal tail through chance', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gs-journal-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const proof = { timeout: 600_000, tags: ['proof'] };
  it(
    'delivers each line once, in the order of its file, whatever is appended, rotated and restarted',
    proof,
    async () => {
      const step = fc.oneof(
        { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), bytes: fc.nat(40) }) },
        { weight: 2, arbitrary: fc.record({ do: fc.constant('late' as const) }) },
        { weight: 3, arbitrary: fc.record({ do: fc.constant('restart' as const), pause: fc.boolean() }) },
        {
          weight: 3,
          arbitrary: fc.record({
            do: fc.constant('wait' as const),
            ms: fc.constantFrom('midnight' as const, 1000, 50_000, 9 * hour),
          }),
        },
        { weight: 2, arbitrary: fc.record({ do: fc.constant('catchUp' as const) }) },
      );
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const folder = join(directory, String(run++));
          await mkdir(folder);
          const time = new At('2026-11-20T20:00:00Z');
          const one = new Reading(folder, time);
          const fileAt = (now: number): string => `${new Date(now).toISOString().slice(0, 10)}.ndjson`;
          const written = new Map<string, string[]>();
          let count = 0;
          let half = '';
          let halfFile = '';
          // A line belongs to the file in which it began; a writer ends it before it begins another.
          const write = async (file: string, text: string): Promise<void> => {
            if (half === '') {
              half = `${String(count++)}:`;
              halfFile = file;
              await appendFile(join(folder, halfFile), half);
            }
            await appendFile(join(folder, halfFile), text);
            half += text;
            if (!text.endsWith('\n')) return;
            written.set(halfFile, [...(written.get(halfFile) ?? []), half.slice(0, -1)]);
            half = '';
          };
          await one.start();
          try {
            for (const now of steps) {
              if (now.do === 'write') {
                await write(fileAt(time.now()), 'x'.repeat(now.bytes) + (now.bytes % 3 === 0 ? '' : '\n'));
              } else if (now.do === 'late') {
                // Within the two minutes, and not before the other line has its end.
                if (half === '') await write(fileAt(time.now() - 60_000), 'late\n');
              } else if (now.do === 'restart') {
                await one.stop();
                if (now.pause) await write(fileAt(time.now() - 60_000), 'missed\n');
                await one.start();
              } else if (now.do === 'catchUp') {
                await one.has([...written.values()].flat().length);
              } else {
                // Nobody leaves a line unfinished for hours.
                if (half !== '') await write('', 'end\n');
                const toMidnight = 24 * hour - (time.now() % (24 * hour)) + 5000;
                time.advance(now.ms === 'midnight' ? toMidnight : now.ms);
              }
            }
            if (half !== '') await write('', 'end\n');
            await one.has(count);
            await one.stop();
            const wanted = [...written.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, l]) => l);
            const order = (text: string): number => parseInt(text, 10);
            expect([...one.texts].sort((a, b) => order(a) - order(b))).toEqual(
              [...wanted].sort((a, b) => order(a) - order(b)),
            );
            for (const lines of written.values()) {
              expect(one.texts.filter((line) => lines.includes(line))).toEqual(lines);
            }
            expect(one.gaps).toEqual([]);
          } finally {
            await one.stop();
          }
          expect(time.waiting).toBe(0);
        }),
        { numRuns: rounds(100, 3000) },
      );
    },
  );
});
