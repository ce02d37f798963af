import { describe, expect, it } from 'vitest';
import type { ServedEvent } from '../../../src/core/playback/serving/servedEvents.ts';
import { message, openVirtual, type Virtual } from './bedrockRoundTrip.ts';
import { noEvents } from './roundTrip.ts';

describe('the release of a virtual Bedrock Server Manager', () => {
  const versionOf = async (virtual: Virtual): Promise<string> =>
    (/"app_version":"([^"]*)"/.exec((await virtual.ask('GET', '/api/info')).text) ?? [])[1] ?? '';
  const reply = (path: string, body: unknown): ServedEvent => ({
    ...message({ method: 'GET', path, status: 200, body }),
    channel: 'reply',
  });
  const info = (version: string): ServedEvent => reply('/api/info', { info: { app_version: version } });

  it.each([
    ['3.7.2', '3.7.0'],
    ['3.8.1', '3.8.0'],
    ['v3.9.0b2', '3.9.1'],
    ['3.10.0', '3.10.3'],
    ['3.11.0', '3.10.3'],
    ['4.0.0', '3.10.3'],
  ])('is that of the recorded version: %s', async (version, own) => {
    await using virtual = await openVirtual({ events: [info(version)], base: [] });
    expect(await versionOf(virtual)).toBe(own);
  });

  it('is told by other messages where no version is', async () => {
    const list = (more: object, entry: object = {}): ServedEvent =>
      reply('/api/servers', { servers: [{ name: 'a', ...entry }], ...more });
    const asked = (body: object): ServedEvent => ({ ...message(body), channel: 'request', direction: 'out' });
    for (const [events, own] of [
      [[list({ files_deleted: null })], '3.7.0'],
      [[list({ files_deleted: null, properties: null })], '3.8.0'],
      [[asked({ method: 'GET', path: '/auth/refresh-token' })], '3.8.0'],
      [[list({})], '3.9.1'],
      [[list({}, { players: [] })], '3.10.3'],
      [[asked({ action: 'authenticate', token: 'x' }), list({})], '3.10.3'],
      [[message({ type: 'event', topic: 'event:before_server_status_change', data: {} })], '3.10.3'],
      [[], '3.10.3'],
    ] as const) {
      await using virtual = await openVirtual({ events, base: [] });
      expect(await versionOf(virtual)).toBe(own);
    }
  });

  it('is the one that is asked for', async () => {
    await using virtual = await openVirtual(
      { events: [info('3.5.0')], base: [] },
      { protocolVersion: '3.7' },
    );
    expect(await versionOf(virtual)).toBe('3.7.0');
  });

  it('is refused in words where there is none like it', async () => {
    await expect(openVirtual({ events: [info('3.5.0')], base: [] })).rejects.toThrow(
      'The recording is of 3.5.0, which cannot be served; choose one of 3.7, 3.8, 3.9, 3.10 to serve it as that.',
    );
    await expect(openVirtual(noEvents, { protocolVersion: '25.10' })).rejects.toThrow(
      'Bedrock Server Manager 25.10 cannot be served; 3.7, 3.8, 3.9, 3.10 can.',
    );
  });
});
