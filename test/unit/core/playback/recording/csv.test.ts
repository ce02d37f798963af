import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../../../src/core/journal/store/records.ts';
import { csvLine, csvTable } from '../../../../../src/core/playback/recording/csv.ts';
import { storedEvent } from '../../journal/store/helpers.ts';

const event = (n: number, given: Partial<JournalEvent> = {}): JournalEvent => ({
  ...storedEvent(n),
  seq: n,
  ...given,
});
const nameOf = (connection: string): string => (connection === 'home' ? 'Home, sweet' : connection);

describe('a table of events', () => {
  it('has the columns of the grid in their order, with paths of the payload, and none that depends on the focus', () => {
    const shown = [
      'type',
      'sinceSelected',
      '$.n',
      'icon',
      'connection',
      '$.word',
      'time',
      'delta',
      'duration',
    ];
    const { head, lineOf } = csvTable(shown, 'arrival', nameOf);
    expect(head).toBe('type,$.n,severity,connection,$.word,time,delta,duration');
    expect(lineOf(event(1))).toBe('instance_stopped,1,info,"Home, sweet",hay,2026-11-01T00:00:01.000Z,,');
    expect(lineOf(event(7, { duration: 12 }))).toBe(
      'instance_stopped,7,info,"Home, sweet",needle,2026-11-01T00:00:07.000Z,6000,12',
    );
  });

  it('tells the time that the rows are ordered by', () => {
    const sent = event(1, { time: Date.UTC(2026, 9, 31) });
    expect(csvTable(['time'], 'sent', nameOf).lineOf(sent)).toBe('2026-10-31T00:00:00.000Z');
    expect(csvTable(['time'], 'arrival', nameOf).lineOf(sent)).toBe('2026-11-01T00:00:01.000Z');
  });

  it('has all facts where no grid is shown', () => {
    const { head, lineOf } = csvTable([], 'sent', nameOf);
    expect(head).toBe('received,sent,connection,instance,type,severity,summary,size,direction,origin,host');
    expect(lineOf(event(2))).toBe(
      '2026-11-01T00:00:02.000Z,,"Home, sweet",server-2,instance_started,info,server-2 changed,30,in,live,',
    );
  });

  it('gives a value of the payload whole, as far as a spreadsheet takes it, and keeps it from being run', () => {
    const { lineOf } = csvTable(['$.a', '$.b', '$["=c"]'], 'sent', nameOf);
    const long = 'x'.repeat(5000);
    const raw = JSON.stringify({ a: '=HYPERLINK("http://x","y")', b: long, '=c': '＝1' });
    expect(lineOf(event(1, { raw }))).toBe(`"'=HYPERLINK(""http://x"",""y"")",${long},'＝1`);
    const huge = csvTable(['$.b'], 'sent', nameOf).lineOf(event(1, { raw: `{"b":"${'y'.repeat(40_000)}"}` }));
    expect(huge.length).toBeLessThanOrEqual(32_767);
    expect(lineOf(event(1, { raw: 'no JSON' }))).toBe(',,');
  });
});

describe('a line of a table', () => {
  it('quotes what would end a cell, and keeps a spreadsheet from running a text', () => {
    expect(csvLine(['plain', 'a,b', 'say "hi"', 'two\nlines', -1])).toBe(
      'plain,"a,b","say ""hi""","two\nlines",-1',
    );
    expect(csvLine(['=cmd()', '+1', '-2', '@x', '\t=1', '＋1'])).toBe("'=cmd(),'+1,'-2,'@x,'\t=1,'＋1");
    expect(csvLine(['\n=1'])).toBe(`"'\n=1"`);
  });
});
