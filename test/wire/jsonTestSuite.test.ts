import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { english } from '../../src/core/model/text.ts';
import { kgsmDecoder } from '../../src/core/systems/kgsm/decode/decode.ts';
import { JsonDocuments, splitJson, type Piece } from '../../src/core/wire/jsonDocuments.ts';
import { sendToUnixSocket } from '../../src/core/wire/unixSender.ts';
import { message } from './reading.ts';
import { core, fleetWhere, kgsmEvent, openKgsm } from '../unit/core/helpers.ts';

const folder = fileURLToPath(new URL('json-test-suite/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const bytesOf = (name: string): Buffer => readFileSync(join(folder, name));
const good = Buffer.from('{"EventType":"instance_started","Data":{"InstanceName":"good"}}');

/** Complaint about a stream of its own: none where it is one JSON text. */
function complaints(pieces: readonly Piece[]): string[] {
  const said = pieces.length === 1 ? [] : [`${String(pieces.length)} pieces`];
  for (const { bytes } of pieces) {
    let utf8 = true;
    let text = '';
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      utf8 = false;
      text = Buffer.from(bytes).toString();
    }
    const { problems } = kgsmDecoder.decode(kgsmDecoder.initial, message(text, { utf8 }));
    said.push(...problems.map((problem) => english(problem.message)).filter((one) => /not (readable|UTF)/.test(one)));
  }
  return said;
}

describe('hostile JSON', () => {
  const must = (letter: string): string[] => files.filter((name) => name.startsWith(letter));

  it('is the whole suite', () => {
    expect([must('y_').length, must('n_').length, must('i_').length]).toEqual([95, 188, 35]);
  });

  it.each(must('y_'))('%s is read', (name) => {
    expect(complaints(splitJson(bytesOf(name)))).toEqual([]);
  });

  it.each(must('n_'))('%s is refused, and says why', (name) => {
    expect(complaints(splitJson(bytesOf(name)))).not.toEqual([]);
  });

  it.each(must('i_'))('%s is taken or refused, as one likes, but without falling over', (name) => {
    const bytes = bytesOf(name);
    const pieces = splitJson(bytes);
    complaints(pieces);
    expect(pieces.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(bytes.length);
  });

  it('leaves the next document whole on the same stream, where the bad one is balanced', () => {
    for (const name of files) {
      const documents = new JsonDocuments();
      const pieces = [...documents.push(Buffer.concat([bytesOf(name), Buffer.from('\n'), good])), ...documents.end()];
      // A bracket or string that is never closed swallows what follows on its own connection; nobody can know better.
      const balanced = splitJson(bytesOf(name)).every(({ truncated }) => !truncated);
      const found = pieces.some(({ kind, bytes }) => kind === 'document' && Buffer.from(bytes).equals(good));
      expect(found || !balanced, name).toBe(true);
    }
  });

  it('is followed by every good event on the next connection', async () => {
    const root = mkdtempSync(join(tmpdir(), 'gs-'));
    const parts = core();
    const connection = openKgsm(parts, { socket: join(root, 'kgsm.sock') });
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
    const socket = join(root, 'kgsm.sock');
    for (const [i, name] of files.entries()) {
      await sendToUnixSocket(socket, bytesOf(name));
      await sendToUnixSocket(socket, Buffer.from(kgsmEvent('instance_started', `good-${String(i)}`)));
    }
    const fleet = await fleetWhere(
      parts.pipeline,
      (now) => now.connections.get('home')?.instances.size === files.length,
    );
    expect([...(fleet.connections.get('home')?.instances.values() ?? [])].every(({ state }) => state === 'running')).toBe(
      true,
    );
    await connection.stop();
    rmSync(root, { recursive: true });
  });
});
