import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readRecordingFacts } from '../../../../../src/core/playback/recording/recordingFacts.ts';
import { temporaryFolder } from '../../journal/store/helpers.ts';

const header = JSON.stringify({
  gameServerOpsRecording: 1,
  from: '2026-11-01T00:00:00Z',
  to: '2026-11-01T01:00:00Z',
  counts: { lifecycle: 3, metric: 4 },
  connections: [{ id: 'home', name: 'Home' }, { id: 'nas' }, null, 7],
  base: { changes: ['x'.repeat(300_000)] },
});
const facts = {
  events: 7,
  from: Date.UTC(2026, 10, 1),
  to: Date.UTC(2026, 10, 1, 1),
  connections: ['Home', 'nas'],
};

function fileWith(content: string | Buffer, name = 'a.gsops.ndjson'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

it('the header of a file tells count, span and connections, gzipped or not, also where it is the only line', async () => {
  const content = `${header}\n{"seq":1}\n`;
  expect(await readRecordingFacts(fileWith(content))).toEqual(facts);
  expect(await readRecordingFacts(fileWith(header))).toEqual(facts);
  expect(await readRecordingFacts(fileWith(gzipSync(content), 'a.gsops.ndjson.gz'))).toEqual(facts);
});

it('a file without such a header tells nothing, whatever it holds', async () => {
  const contents = [
    '',
    '\n',
    '{"EventType":"x"}\n',
    'null\n',
    '[1]\n',
    '{"gameServerOpsRecording":1',
    '\u0000\u0001',
  ];
  for (const content of contents) expect(await readRecordingFacts(fileWith(content))).toBeUndefined();
  expect(await readRecordingFacts(fileWith('no gzip', 'a.gz'))).toBeUndefined();
  expect(await readRecordingFacts(join(temporaryFolder(), 'none'))).toBeUndefined();
  const odd = '{"gameServerOpsRecording":1,"counts":"many","from":"soon","connections":{"a":1}}\n';
  expect(await readRecordingFacts(fileWith(odd))).toEqual({ connections: [] });
});
