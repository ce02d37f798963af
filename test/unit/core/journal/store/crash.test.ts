import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readState } from '../../../../../src/core/journal/store/reader.ts';
import { openJournal, temporaryFolder } from './helpers.ts';

const child = fileURLToPath(new URL('./crashChild.ts', import.meta.url));

/** Kills the process once it acknowledged `count` batches; answers the number of the last event that it acknowledged. */
function runAndKill(path: string, begin: number, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, path, String(begin)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    running.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.split('\n').length > count) running.kill('SIGKILL');
    });
    running.on('error', reject);
    running.on('close', () => {
      // A line that the kill cut short is no acknowledgement.
      resolve(Number(output.split('\n').at(-2) ?? NaN));
    });
  });
}

const rounds = process.env['GSOPS_SOAK'] ? 50 : 3;
it(
  `a process killed ${rounds} times under load loses nothing acknowledged, doubles nothing, and its state is that of its last commit`,
  async () => {
    const path = join(temporaryFolder(), 'journal.db');
    let begin = 0;
    for (let round = 0; round < rounds; round++) {
      const acknowledged = await runAndKill(path, begin, 20 + ((round * 37) % 90));
      const db = openJournal(path);
      const last = db.number('SELECT CAST(raw AS INTEGER) FROM payload ORDER BY seq DESC LIMIT 1');
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      // Numbers 0 to `last`, each once, in the order of seq.
      expect(db.number('SELECT count(DISTINCT raw) FROM payload')).toBe(last + 1);
      expect(db.number('SELECT count(*) FROM payload WHERE CAST(raw AS INTEGER) <> seq - 1')).toBe(0);
      expect(db.number('SELECT count(*) FROM events')).toBe(last + 1);
      expect(db.number('SELECT sum(count) FROM totals')).toBe(last + 1);
      const { changes, contexts, cursors } = readState(db);
      expect([changes[0]?.state, contexts[0]?.context, cursors[0]?.cursor]).toEqual([
        `${last}`,
        `${last}`,
        `${last}`,
      ]);
      expect([...db.check()].length).toBeGreaterThan(5);
      db.close();
      begin = last + 1;
    }
  },
  rounds * 20_000,
);
