import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameCollector } from '../../../../src/core/playback/names/pseudonyms.ts';
import { parseRenaming } from '../../../../src/core/playback/names/renaming.ts';
import { rewriteBedrock } from '../../../../src/core/systems/bedrock/rewrite.ts';
import { rewriteKgsm } from '../../../../src/core/systems/kgsm/rewrite.ts';
import { rewriteNotifier } from '../../../../src/core/systems/notifier/rewrite.ts';
import { shiftedTime, type NameMap } from '../../../../src/core/systems/rewriting.ts';
import { rewriteTrueNas } from '../../../../src/core/systems/truenas/rewrite.ts';

const systems = {
  kgsm: rewriteKgsm,
  bedrock: rewriteBedrock,
  truenas: rewriteTrueNas,
  notifier: rewriteNotifier,
};
const rewriters = Object.entries(systems);

const minute = 60_000;

function renaming(...rules: string[]): NameMap {
  const made = parseRenaming(rules);
  if ('problem' in made) throw new Error(made.problem.template);
  return made;
}

/** Every message of the transcripts. */
const recorded = readdirSync(new URL('../../../wire', import.meta.url))
  .filter((file) => file.endsWith('.jsonl'))
  .flatMap((file) =>
    readFileSync(new URL(`../../../wire/${file}`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => (JSON.parse(line) as { text?: string }).text ?? []),
  );

describe('a moved time', () => {
  it.each([
    ['2026-11-20T18:40:21Z', '2026-11-20T18:41:21Z'],
    ['2026-11-20T23:59:32.214Z', '2026-11-21T00:00:32.214Z'],
    ['2026-11-20T18:41:16.365980235Z', '2026-11-20T18:42:16.365980235Z'],
    ['2026-11-20T18:41:16.3+02:00', '2026-11-20T18:42:16.3+02:00'],
    ['2024-02-28T23:59:59-05:30', '2024-02-29T00:00:59-05:30'],
    ['yesterday', 'yesterday'],
    ['2026-13-40T99:00:00Z', '2026-13-40T99:00:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
  ])('keeps its written form: %s', (written, moved) => {
    expect(shiftedTime(written, minute)).toBe(moved);
  });

  it('comes back when it is moved back, however many digits it has', () => {
    const at = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(
        at,
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 1e7 }),
        (date, digits, seconds) => {
          const whole = seconds * 1000;
          const fraction = digits === 0 ? '' : `.${'123456789'.slice(0, digits)}`;
          const written = `${date.toISOString().slice(0, 19)}${fraction}Z`;
          expect(shiftedTime(shiftedTime(written, whole), -whole)).toBe(written);
          expect(Date.parse(shiftedTime(written, whole)) - Date.parse(written)).toBe(whole);
        },
      ),
    );
  });
});

describe.each(rewriters)('a message of %s', (_, rewrite) => {
  it('stays as it is, byte for byte, where nothing is asked for', () => {
    const json = fc.json().map((text) => text.replaceAll(',', ' ,\n\t'));
    const any = fc.oneof(
      json,
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `{"a":"${text}`),
    );
    const same = renaming('*=*');
    fc.assert(
      fc.property(any, (raw) => {
        expect(rewrite(raw, {})).toBe(raw);
        expect(rewrite(raw, { shift: 0, rename: same, pseudonyms: new NameCollector() })).toBe(raw);
      }),
      { numRuns: 150 },
    );
    for (const raw of recorded)
      expect(rewrite(raw, { shift: 0, rename: same, pseudonyms: new NameCollector() })).toBe(raw);
  });

  it('stays JSON that means the same but for names and times', () => {
    const names = renaming('*=test-"*\\');
    for (const raw of recorded) {
      const made = rewrite(raw, { shift: minute, rename: names });
      let value: unknown;
      try {
        value = JSON.parse(raw);
      } catch {
        continue;
      }
      expect(shapeOf(JSON.parse(made))).toEqual(shapeOf(value));
    }
  });

  it('stays JSON whatever names are hidden in it, also in JSON of its strings', () => {
    const nested = fc
      .json()
      .map((text) => JSON.stringify({ Data: { Note: text }, topic: text, fields: text }));
    fc.assert(
      fc.property(fc.oneof(fc.json(), nested), fc.array(fc.string({ unit: 'binary' })), (raw, names) => {
        const collector = new NameCollector();
        rewrite(raw, { pseudonyms: collector });
        for (const name of names) collector.name('instance', name);
        for (const [, name = ''] of raw.matchAll(/"((?:[^"\\]|\\.)*)"/g)) collector.name('player', name);
        const made = rewrite(raw, { pseudonyms: collector.pseudonyms() });
        expect(() => JSON.parse(made) as unknown).not.toThrow();
      }),
      { numRuns: 150 },
    );
  });

  it('costs no more than its length, whatever stands in it', () => {
    const hostile = [
      '['.repeat(40_000),
      '{"a":'.repeat(20_000),
      `"${'\\'.repeat(40_000)}`,
      `{"message":"${"'".repeat(40_000)}"}`,
      `{"Timestamp":"${'9'.repeat(40_000)}"}`,
      `{"topic":"${':'.repeat(40_000)}"}`,
      'a'.repeat(40_000),
      '1.'.repeat(20_000),
      `{"content":{"message":${JSON.stringify('{"a":'.repeat(10_000))}}}`,
    ];
    for (const raw of hostile) {
      expect(rewrite(raw, { shift: 1, rename: renaming('x=y') })).toBe(raw);
      const names = new NameCollector();
      rewrite(raw, { pseudonyms: names });
      rewrite(raw, { pseudonyms: names.pseudonyms() });
    }
  });
});

/** Keys, types and lengths of lists, all in their order. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, each]) => [key, shapeOf(each)]);
  return typeof value;
}

describe('times and names of instances', () => {
  it('are those of an event of KGSM; digits, spaces and repeated keys stay', () => {
    const raw =
      '{ "EventType" : "instance_started",\n "Data":{"InstanceName":"mc-01","N":1.10e2,"N":12345678901234567890},' +
      '"Timestamp":"2026-11-20T18:40:21Z","Hostname":"mc-01"}';
    expect(rewriteKgsm(raw, { shift: minute, rename: renaming('mc-01=test "1"') })).toBe(
      raw
        .replace('"InstanceName":"mc-01"', String.raw`"InstanceName":"test \"1\""`)
        .replace('18:40', '18:41'),
    );
    const old = '{"EventType":"instance_started","Data":{"InstanceId":"m\\u0063-01"}}';
    expect(rewriteKgsm(old, { rename: renaming('*=test-*') })).toBe(old.replace('m\\u0063-01', 'test-mc-01'));
  });

  it('are those of a server of BSM, also in the topic and where the server quotes it', () => {
    const raw = String.raw`{"type": "event", "topic": "server_log:alpha", "data": {"server_name": "alpha", "command": "say 'alpha'", "result": {"message": "Server 'alpha' process started.", "server_name": "alpha"}}}`;
    expect(rewriteBedrock(raw, { shift: minute, rename: renaming('alpha=b') })).toBe(
      String.raw`{"type": "event", "topic": "server_log:b", "data": {"server_name": "b", "command": "say 'alpha'", "result": {"message": "Server 'b' process started.", "server_name": "b"}}}`,
    );
    const task = '{"type": "task_update", "topic": "task:alpha", "data": {}}';
    expect(rewriteBedrock(task, { rename: renaming('alpha=b') })).toBe(task);
  });

  it('are those of an app of a NAS in both protocols, in its jobs, and in the argument of a subscription', () => {
    const fields =
      '{"id": "minecraft", "name": "minecraft", "images": ["itzg/minecraft"], "at": {"$date": 1795200589000}}';
    const [ddp, rpc] = [
      `{"msg": "changed", "collection": "app.query", "id": "minecraft", "fields": ${fields}}`,
      `{"jsonrpc": "2.0", "method": "collection_update", "params": {"msg": "changed", "id": "minecraft", "fields": ${fields}, "collection": "app.query"}}`,
    ];
    const rename = renaming('minecraft=mc');
    for (const raw of [ddp, rpc])
      expect(rewriteTrueNas(raw, { shift: minute, rename })).toBe(
        raw.replaceAll('"minecraft"', '"mc"').replace('1795200589000', '1795200649000'),
      );
    const job =
      '{"collection": "core.get_jobs", "id": 1, "fields": {"method": "app.stop", "arguments": ["minecraft"], "progress": {"description": "Stopping \'minecraft\' app"}}}';
    expect(rewriteTrueNas(job, { rename })).toBe(job.replaceAll('minecraft', 'mc'));
    const log = String.raw`{"collection": "app.container_log_follow:{\"app_name\": \"minecraft\"}", "fields": {"data": "minecraft", "timestamp": "2026-11-20T20:10:17Z"}}`;
    expect(rewriteTrueNas(log, { shift: minute, rename })).toBe(
      log.replace(String.raw`\"minecraft\"`, String.raw`\"mc\"`).replace('20:10', '20:11'),
    );
  });

  it('are those of a KGSM event that a notification server passes on, as text in its text', () => {
    const inner =
      '{"EventType":"instance_started","Data":{"InstanceName":"mc"},"Timestamp":"2026-11-20T18:40:21Z"}';
    const around = (message: string): string =>
      `{"event":"broadcast_message","id":"server-1","timestamp":"2026-11-20T18:41:17.482341534Z","content":{"message":${JSON.stringify(message)},"sender":"mc"}}`;
    expect(rewriteNotifier(around(inner), { shift: minute, rename: renaming('mc=x') })).toBe(
      around(inner.replace('"mc"', '"x"').replace('18:40', '18:41')).replace('18:41:17', '18:42:17'),
    );
    const words = around('mc is up');
    expect(rewriteNotifier(words, { rename: renaming('mc=x') })).toBe(words);
  });

  it('are found word by word in a text that is no JSON, and as far as it goes in one that breaks off', () => {
    expect(rewriteKgsm('mc-01 is up, mc-011 is not', { rename: renaming('mc=x', 'mc-01=y') })).toBe(
      'y is up, y1 is not',
    );
    expect(rewriteKgsm('{"Data":{"InstanceName":"mc-0', { rename: renaming('mc-0=x') })).toBe(
      '{"Data":{"InstanceName":"x',
    );
  });
});

describe('new names', () => {
  it.each([
    ['a=b', 'a', 'b'],
    ['a=b', 'A', 'A'],
    ['*=test-*', 'mc', 'test-mc'],
    ['mc-*-eu=*', 'mc-1-eu', '1'],
    ['mc-*=x-*', 'nas', 'nas'],
    ['ab*ba=x*', 'aba', 'aba'],
  ])('%s makes of %s: %s', (rule, name, made) => {
    expect(renaming(rule).name('instance', name)).toBe(made);
  });

  it('come from the first rule that fits', () => {
    const names = renaming('mc=main', '*=test-*');
    expect(['mc', 'nas'].map((name) => names.name('instance', name))).toEqual(['main', 'test-nas']);
  });

  it.each(['', 'a', '=b', 'a=', '*=b', 'a=*', '**=*'])('are no such: %j', (rule) => {
    expect(parseRenaming([rule])).toHaveProperty('problem');
  });
});
