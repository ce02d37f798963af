import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import type { Decoded, Message } from '../../../../../src/core/model/signal.ts';
import { kgsmEntries } from '../../../../../src/core/systems/kgsm/catalog.ts';
import { kgsmDecoder } from '../../../../../src/core/systems/kgsm/decode/decode.ts';
import type { KgsmContext } from '../../../../../src/core/systems/kgsm/decode/decoderState.ts';
import { dataSchemas } from '../../../../../src/core/systems/kgsm/messages.ts';
import { core, draft } from '../../helpers.ts';

const types = [...new Set([...dataSchemas, ...kgsmEntries.map(({ type }) => type)])];
const envelopeFields = ['EventType', 'Data', 'Timestamp', 'Hostname', 'Actor', 'Origin', 'V', 'KGSMVersion'];
const dataFields = [
  'InstanceName InstanceId Instance BlueprintName Blueprint LifecycleManager Timestamp OldVersion NewVersion',
  'CurrentVersion LatestVersion Source Version ExitCode Restarts Deleted Kept PlayerId PlayerName PlayerAddr',
  'SessionKey Reason Target Command Key Ports Tier OverridesSystem RevertedToSystem Runtime Message __proto__',
]
  .join(' ')
  .split(' ');

function message(text: string, fields: Partial<Message> = {}): Message {
  const { bytes, problems, ...rest } = draft('');
  return { ...rest, text, utf8: true, truncated: false, ...fields };
}

/** What everybody downstream relies on, and that nothing of it throws. */
function check(step: Decoded<KgsmContext>): void {
  const { event, problems, signals, context } = step;
  expect(event.type).not.toBe('');
  expect(english(event.summary)).not.toBe('');
  if (event.time !== undefined) expect(event.time).not.toBeNaN();
  for (const { path, message: said } of problems) expect(`${path} ${english(said)}`.length).toBeLessThan(500);
  expect(Array.isArray(signals)).toBe(true);
  expect(kgsmDecoder.load(JSON.parse(JSON.stringify(kgsmDecoder.save(context)))).tick).toBe(context.tick);
}

/** A document written by hand, because what is nested deeply cannot be written by `JSON.stringify`. */
function document(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([key, json]) => `${JSON.stringify(key)}:${json}`)
    .join(',')}}`;
}

const levels = 10_000;
const deepValues = [
  `${'['.repeat(levels)}${']'.repeat(levels)}`,
  `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
  `${'[{"InstanceName":'.repeat(levels / 2)}"x"${'}]'.repeat(levels / 2)}`,
];

describe("the decoder of KGSM's events", () => {
  it('makes an event of whatever stands in whichever field, and goes on from there', () => {
    const json = fc.json({ maxDepth: 3 });
    const fields = (names: readonly string[]): fc.Arbitrary<Record<string, string>> =>
      fc.dictionary(fc.constantFrom(...names), json, { maxKeys: 6 });
    const type = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...types).map((one) => JSON.stringify(one)) },
      json,
    );
    const data = fc.oneof(
      {
        weight: 6,
        arbitrary: fields(dataFields).map((given) => document({ InstanceName: '"a"', ...given })),
      },
      { weight: 1, arbitrary: json },
    );
    const event = fc
      .tuple(type, data, fields(envelopeFields))
      .map(([EventType, Data, rest]) => document({ EventType, Data, ...rest }));
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 8, arbitrary: event }, { weight: 1, arbitrary: json }, fc.string()), {
          maxLength: 8,
        }),
        fc.constantFrom<Partial<Message>>(
          {},
          { utf8: false },
          { direction: 'out' },
          { truncated: true },
          { channel: 'request' },
          { channel: 'reply' },
        ),
        (texts, how) => {
          let context = kgsmDecoder.initial;
          for (const text of texts) {
            const step = kgsmDecoder.decode(context, message(kgsmDecoder.redact(text).text, how));
            check(step);
            ({ context } = step);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ...envelopeFields.map((field) => ({ field, place: 'envelope' })),
    ...dataFields.map((field) => ({ field, place: 'Data' })),
  ])('takes $field in $place ten thousand levels deep', ({ field, place }) => {
    for (const [index, deep] of deepValues.entries()) {
      // All types would take minutes: these are one of each form of `Data`, and one that nobody knows.
      for (const type of [
        'instance_started',
        'instance_input_sent',
        'instance_ports_opened',
        'blueprint_created',
        'new',
      ]) {
        const data = document({
          InstanceName: '"a"',
          BlueprintName: '"b"',
          ...(place === 'Data' ? { [field]: deep } : {}),
        });
        const text = document({
          EventType: JSON.stringify(type),
          Data: data,
          ...(place === 'envelope' ? { [field]: deep } : {}),
        });
        const step = kgsmDecoder.decode(kgsmDecoder.initial, message(kgsmDecoder.redact(text).text));
        check(step);
        const lost = place === 'envelope' && field === 'EventType';
        expect(step.event.type, `${type} with value ${String(index)}`).toBe(lost ? 'unreadable' : type);
      }
    }
  });

  it('keeps what is nested deeply as it came, and what follows it', () => {
    const { pipeline, journal } = core();
    const deep = deepValues.map(
      (value) => `{"EventType":"instance_started","Data":{"InstanceName":"a","X":${value}}}`,
    );
    for (const raw of [...deep, ...deepValues]) pipeline.ingest(draft(raw));
    pipeline.ingest(draft('{"EventType":"instance_ready","Data":{"InstanceName":"a"}}'));
    pipeline.flush();
    const events = [...journal.events()];
    expect(events.map(({ type }) => type)).toEqual([
      ...deep.map(() => 'instance_started'),
      ...deepValues.map(() => 'unreadable'),
      'instance_ready',
    ]);
    expect(events.slice(0, 6).map(({ raw }) => raw)).toEqual([...deep, ...deepValues]);
  });
});
