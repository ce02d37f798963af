import { describe, expect, it } from 'vitest';
import { rangeQuery, viewQuery } from '../../../../../src/core/playback/recording/recordingQuery.ts';
import {
  fileNameOf,
  readTime,
  recordingName,
  recordingNote,
  writtenTime,
} from '../../../../../src/core/playback/recording/recordingTexts.ts';
import { parseQuery } from '../../../../../src/core/journal/query/parse.ts';

const all = { fromSeq: 5, connections: [], classes: [], query: '' };

describe('the query of a recording', () => {
  it('has its range, which is open as long as it goes on', () => {
    expect(rangeQuery(all)).toBe('seq>=5');
    expect(rangeQuery({ ...all, toSeq: 9 })).toBe('seq:5..9');
  });

  it('has its connections and classes, whatever characters are in their ids', () => {
    const query = rangeQuery({ ...all, connections: ['a', 'b "c" (d) OR *'], classes: ['task', 'log'] });
    expect(query).toBe('seq>=5 connection:(a,"b \\"c\\" (d) OR *") class:(task,log)');
    expect(parseQuery(query).problems).toEqual([]);
  });

  it('opens with its view, and without one with all but noise', () => {
    expect(viewQuery({ ...all, query: 'a OR b' })).toBe('seq>=5 (a OR b)');
    expect(viewQuery(all)).toBe('seq>=5 -is:noise');
  });
});

describe('what somebody writes of a recording', () => {
  it('is a name where something is left of it', () => {
    expect(recordingName('  Crash  ')).toBe('Crash');
    expect(recordingName(' \t ')).toBeUndefined();
    expect(recordingName('x'.repeat(1000))).toHaveLength(200);
    expect(recordingNote('y'.repeat(9000))).toHaveLength(5000);
  });

  it('becomes the name of a file that every file system takes', () => {
    expect(fileNameOf('Evening crash')).toBe('Evening crash');
    expect(fileNameOf('../../etc/passwd')).toBe('etc-passwd');
    expect(fileNameOf('C:\\con|"a"<b>?\n\u202etxt')).toBe('C-con-a-b-txt');
    expect(fileNameOf('...')).toBe('recording');
    expect(fileNameOf('ü'.repeat(300))).toHaveLength(80);
  });

  it('is a time in the zone of this machine, to the second', () => {
    const at = new Date(2026, 10, 27, 4, 2, 3).getTime();
    expect(writtenTime(at)).toBe('2026-11-27 04:02:03');
    expect(readTime(writtenTime(at))).toBe(at);
    expect(readTime('2026-11-27T04:02')).toBe(at - 3000);
    for (const wrong of ['', 'yesterday', '2026-13-40 10:00', '10:00'])
      expect(readTime(wrong)).toBeUndefined();
  });
});
