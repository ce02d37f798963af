import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kgsmEvent } from '../core/helpers.ts';
import { temporaryFolder } from '../simulator/kgsmRoot.ts';
import { gsops, makeJournal, type Ended } from './gsops.ts';

interface PrintedEvent {
  readonly seq: number;
  readonly type: string;
  readonly subject?: string;
  readonly raw: string;
}

const eventsOf = ({ out }: Ended): PrintedEvent[] =>
  out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { event?: PrintedEvent }).event ?? []);

describe('gsops query', () => {
  it('prints the newest events that match, oldest of them first, with the seqs of the journal', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'home.db');
    await makeJournal(file);
    const found = await gsops('query', 'type:instance_crashed', '--journal', file, '--limit', '2');
    expect(found).toMatchObject({ code: 0, errors: '' });
    expect(eventsOf(found)).toMatchObject([
      {
        seq: 3,
        type: 'instance_crashed',
        subject: 'b',
        raw: kgsmEvent('instance_crashed', 'b', { ExitCode: '139' }),
      },
      { seq: 4, type: 'instance_crashed', subject: 'c' },
    ]);
    const count = await gsops('query', 'type:instance_crashed OR instance:a', '--journal', file, '--count');
    expect(count).toEqual({ code: 0, out: '{"count":5}\n', errors: '' });
  });

  it('keeps beside the events what each thing was after them', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'home.db');
    await makeJournal(file);
    const db = new DatabaseSync(file, { readOnly: true });
    const rows = db.prepare("SELECT state FROM changes WHERE what = 'instance'").all();
    db.close();
    expect(
      rows.map(({ state }) => (JSON.parse(String(state)) as { key: string; state: string }).state).sort(),
    ).toEqual(['crashed', 'crashed', 'stopped']);
  });

  it('says where a query is wrong and what was meant', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'home.db');
    await makeJournal(file);
    const { code, out, errors } = await gsops('query', 'is:failed tpye:x', '--journal', file);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toMatch(/tpye.*\(at character 11 of the query\).*type/);
  });

  it('makes no journal where none is, and says how one is made', async () => {
    using folder = temporaryFolder();
    const missing = join(folder.path, 'missing.db');
    const { code, errors } = await gsops('query', 'x', '--journal', missing);
    expect(code).toBe(1);
    expect(errors).toContain('gsops watch');
    expect(await gsops('query', 'x', '--journal', folder.path)).toMatchObject({ code: 1 });
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['wacth']],
    ['two queries', ['query', 'x', 'y', '--journal', 'z.db']],
    ['a wrong limit', ['query', 'x', '--journal', 'z.db', '--limit', 'many']],
  ])('ends with 2 and the usage for %s', async (_what, args) => {
    const { code, out, errors } = await gsops(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toContain('usage: gsops');
  });
});
