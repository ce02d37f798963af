import { describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import {
  maxKeptLength,
  maxSent,
  readSent,
  readTemplates,
  rememberSent,
  templateValue,
  type SentMessage,
} from '../../../../src/core/playback/emission/emitTemplates.ts';

describe('templates in the settings', () => {
  it.each([
    '{"a":1,"b":[true,null]}',
    JSON.stringify({ EventType: 'x', Data: { InstanceName: 'ü' } }, null, 2),
    'no JSON at all',
    '{"a":1,"a":2}',
    '{"n":12345678901234567890}',
    '{"__proto__":{"x":1}}',
    '[1]',
    '"text"',
  ])('give back the message that was saved: %s', (message) => {
    const value = templateValue({ system: 'kgsm', type: 'x', text: message });
    const { templates, problems } = readTemplates(JSON.parse(JSON.stringify({ name: value })));
    expect(problems).toEqual([]);
    const read = templates[0]?.text ?? '';
    expect(read === message || JSON.stringify(JSON.parse(read)) === message).toBe(true);
    expect(templates).toMatchObject([{ name: 'name', system: 'kgsm', type: 'x' }]);
  });

  it('are left out and named where they are none', () => {
    const { templates, problems } = readTemplates({
      good: { message: { a: 1 } },
      text: 'x',
      empty: {},
      ' ': { message: 'x' },
      'two\nlines': { message: 'x' },
      long: { message: 'x'.repeat(maxKeptLength + 1) },
      odd: { message: 'x', system: 7, type: {} },
    });
    expect(templates).toEqual([
      { name: 'good', system: '', type: '', text: '{\n  "a": 1\n}' },
      { name: 'odd', system: '', type: '', text: 'x' },
    ]);
    expect(problems.map(english)).toEqual([
      '"text": a template has a "message"',
      '"empty": a template has a "message"',
      '" ": A name is needed.',
      '"two\\nlines": A name is one line of visible characters.',
      '"long": a message has at most 64000 characters',
    ]);
    for (const value of [7, 'x', []]) expect(readTemplates(value).problems).toHaveLength(1);
    expect(readTemplates(undefined)).toEqual({ templates: [], problems: [] });
  });
});

describe('messages that were sent', () => {
  const message = (n: number): SentMessage => ({
    at: n,
    system: 'kgsm',
    type: 'x',
    text: `m${String(n)}`,
    targets: ['Home'],
  });

  it('are remembered, the newest first and each once', () => {
    let history: readonly SentMessage[] = [];
    for (let n = 0; n < maxSent + 5; n++) history = rememberSent(history, message(n));
    history = rememberSent(history, { ...message(20), at: 99 });
    expect(history).toHaveLength(maxSent);
    expect(history.slice(0, 3).map(({ text, at }) => [text, at])).toEqual([
      ['m20', 99],
      ['m24', 24],
      ['m23', 23],
    ]);
    expect(rememberSent(history, { ...message(1), text: 'x'.repeat(maxKeptLength + 1) })).toBe(history);
  });

  it('are read whatever was stored', () => {
    const good = message(1);
    expect(readSent([good, null, 7, { text: 1, at: 2 }, { ...good, targets: 'x', system: 3 }])).toEqual([
      good,
      { ...good, system: '', targets: [] },
    ]);
    expect(readSent('x')).toEqual([]);
  });
});
