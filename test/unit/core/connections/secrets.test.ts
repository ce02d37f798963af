import { describe, expect, it } from 'vitest';
import { secretId, secretIds, secretReader } from '../../../../src/core/connections/secrets.ts';
import { text } from '../../../../src/core/model/text.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import type { ConnectionSettings } from '../../../../src/core/systems/settings.ts';
import type { SecretSpec } from '../../../../src/core/systems/session.ts';

const system = kgsm as unknown as AnySystem;
const spec: SecretSpec = { kind: 'webhook', title: text('x'), origin: 'http://127.0.0.1:8787', user: '' };

function settings(port: number): ConnectionSettings {
  const read = system.parseSettings({ kind: 'kgsm', id: 'a', events: 'webhook', webhook: { port } });
  if (!read.ok) throw new Error('the settings are right');
  return read.settings;
}

describe('the secrets of a connection', () => {
  it('are kept under what they are good for, which shows nothing of it', () => {
    const id = secretId('kgsm', spec);
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    expect(secretId('kgsm', { ...spec })).toBe(id);
    for (const other of [
      { ...spec, origin: 'http://127.0.0.1:8788' },
      { ...spec, user: 'admin' },
      { ...spec, kind: 'token' as const },
    ])
      expect(secretId('kgsm', other)).not.toBe(id);
    expect(secretId('notifier', spec)).not.toBe(id);
  });

  it('are not inherited by an edited address', async () => {
    const stored = new Map(secretIds(system, settings(8787)).map((id) => [id, 'hunter2']));
    const store = { get: (id: string) => Promise.resolve(stored.get(id)) };
    expect(await secretReader(store, system, settings(8787))('webhook')).toBe('hunter2');
    expect(await secretReader(store, system, settings(8788))('webhook')).toBeUndefined();
  });

  it('are no other than those that the system uses', async () => {
    const store = { get: () => Promise.resolve('anything') };
    expect(await secretReader(store, system, settings(8787))('password')).toBeUndefined();
  });
});
