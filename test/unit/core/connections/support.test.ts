import { describe, expect, it } from 'vitest';
import { supportInformation, type SupportFacts } from '../../../../src/core/connections/support.ts';
import { emptyFleet } from '../../../../src/core/model/fleet.ts';
import { text } from '../../../../src/core/model/text.ts';
import { redactionMark } from '../../../../src/core/systems/redaction.ts';
import { trueNasDecoder } from '../../../../src/core/systems/truenas/decode/decode.ts';
import { core } from '../helpers.ts';

const nothing: SupportFacts = {
  product: { 'Game Server Ops': '1.2.3' },
  settings: [],
  fleet: emptyFleet,
  events: [],
  eventCount: 0,
  secrets: [],
  home: '/home/ada',
};

/** A NAS that was heard of `count` times, the last time with these words. */
function heard(words: string, count = 1) {
  const parts = core({ decoderOf: () => trueNasDecoder });
  for (let i = 1; i <= count; i++) {
    const formatted = i === count ? words : `alert ${i}`;
    const event = {
      msg: 'added',
      collection: 'alert.list',
      id: String(i),
      fields: { level: 'INFO', formatted },
    };
    parts.pipeline.ingest({
      timeline: 'live',
      receivedAt: i,
      host: 'h',
      connection: 'nas',
      system: 'truenas',
      channel: 'push',
      direction: 'in',
      origin: 'live',
      bytes: Buffer.from(JSON.stringify(event)),
    });
  }
  parts.pipeline.control(
    { timeline: 'live', receivedAt: 5, host: 'h', connection: 'nas', system: 'truenas' },
    { type: 'connection.state', state: 'failed', detail: text('The NAS does not accept this.') },
  );
  parts.pipeline.flush();
  return {
    ...nothing,
    fleet: parts.pipeline.fleet(),
    events: parts.journal.events(),
    eventCount: parts.journal.events().length,
  };
}

describe('the support information', () => {
  const settings = [{ kind: 'truenas', id: 'nas', name: 'NAS', url: 'wss://nas', ca: '/home/ada/ca.crt' }];

  it('says what there is, and how it stands', () => {
    const document = supportInformation({ ...heard('Disk is full'), settings });
    expect(document).toContain('* Game Server Ops: 1.2.3');
    expect(document).toContain('## NAS (truenas)');
    expect(document).toMatch(/State: Failed since 1970-01-01T00:00:00.005Z/);
    expect(document).toContain('* Reason: The NAS does not accept this.');
    expect(document).toContain('nas in push info alert.list: Alert: Disk is full');
    expect(document).toContain('"url": "wss://nas"');
  });

  it('does not say who the user is', () => {
    expect(supportInformation({ ...nothing, settings })).toContain('"ca": "~/ca.crt"');
  });

  it('cuts a secret wherever it stands, in whatever form', () => {
    const secret = 'pass "word"/é';
    const facts = { ...heard(`somebody wrote ${secret} here`), secrets: [secret] };
    const leaky = [{ ...settings[0], kind: 'x', id: 'y', name: encodeURIComponent(secret), note: secret }];
    const document = supportInformation({ ...facts, settings: leaky });
    expect(document).toContain(redactionMark);
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
      expect(document).not.toContain(form);
  });

  it('cuts what a field of the settings calls a secret, known or not', () => {
    const leaky = [{ kind: 'x', id: 'y', name: 'z', apiKey: '1-hunter2', token: 'hunter3' }];
    expect(supportInformation({ ...nothing, settings: leaky })).not.toMatch(/hunter/);
  });

  it('stays short, whatever happened, and nothing in it leaves its block', () => {
    const document = supportInformation(heard('```\n# owned\n```', 5000));
    expect(document.split('\n').length).toBeLessThan(350);
    expect(document).toContain('alert 4999');
    expect(document).not.toContain('alert 4000');
    expect(document).not.toMatch(/^# owned/m);
    expect(document.match(/^```/gm)).toHaveLength(2);
  });
});
