import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../src/core/model/signal.ts';
import { english } from '../../../../src/core/model/text.ts';
import { systems } from '../../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../../src/core/systems/registry.ts';

const message = (system: string, value: unknown, channel: Message['channel']): Message => ({
  timeline: 'live',
  receivedAt: 0,
  host: '',
  connection: 'home',
  system,
  channel,
  direction: 'in',
  origin: 'live',
  text: JSON.stringify(value),
  utf8: true,
  truncated: false,
});

/** A value, and what is left of it without each one of its fields, at any depth; and with nothing in that field. */
function* withoutFields(value: unknown): Generator {
  yield value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const { [key]: _gone, ...rest } = value as Record<string, unknown>;
    yield rest;
    yield { ...value, [key]: '' };
    yield { ...value, [key]: typeof inner === 'object' ? {} : null };
    for (const less of withoutFields(inner)) yield { ...value, [key]: less };
  }
}

const all = await new SystemRegistry(systems).loadAll();

describe.each(all.map(({ id }) => id))('summaries of %s', (id) => {
  const system = all.find((each) => each.id === id);
  if (!system) throw new Error('no system');

  it.each(system.catalog.map(({ type }) => type))('%s leave out what is missing', (type) => {
    const { example } = system.catalog.find((entry) => entry.type === type) ?? {};
    const said = new Set<string>();
    for (const value of withoutFields(example))
      for (const channel of ['push', 'reply', 'request'] as const)
        said.add(
          english(system.decoder.decode(system.decoder.initial, message(id, value, channel)).event.summary),
        );
    expect([...said].filter((words) => words.includes('–') || words === '' || words.endsWith(': '))).toEqual(
      [],
    );
  });
});
