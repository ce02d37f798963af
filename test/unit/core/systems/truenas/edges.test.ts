import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { makeCertificate } from '../../../../../src/simulator/notifier/certificates.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { FakeNas } from './fake.ts';
import { failed, open, ready } from './rig.ts';

describe('a NAS that signed its own certificate', () => {
  it('is not trusted until its certificate is named, and then takes an API key', async () => {
    const identity = makeCertificate({
      commonName: '127.0.0.1',
      addresses: ['127.0.0.1'],
      isAuthority: true,
    });
    const server = await TrueNasServer.listen({
      profile: '25.10',
      tls: { cert: identity.cert, key: identity.key },
      apiKeys: [{ key: '3-abc', name: 'ops' }],
    });
    const folder = await mkdtemp(join(tmpdir(), 'nas-'));
    try {
      await using wary = open(server.url, { secrets: { apiKey: '3-abc' } });
      await failed(wary);
      expect(wary.states().at(-1)).toContain('is not trusted: it is signed by itself. Name it');
      const ca = join(folder, 'nas.pem');
      await writeFile(ca, identity.cert);
      await using trusting = open(server.url, { secrets: { apiKey: '3-abc' }, settings: { ca } });
      await ready(trusting);
      expect(server.loggedIn).toEqual(['root']);
    } finally {
      await rm(folder, { recursive: true });
      await server.stop();
    }
  });
});

describe('what is larger than usual', () => {
  it('is read up to the cap', async () => {
    await using nas = await FakeNas.listen({ modern: true });
    const padding = 'x'.repeat(3 * 1024 * 1024);
    nas.apps.set('big', { id: 'big', name: 'big', state: 'RUNNING', notes: padding });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.instances()).toContain('app big running');
  });

  it('is kept in the journal in part, and missed with words', async () => {
    await using nas = await FakeNas.listen({ modern: true });
    nas.apps.set('big', { id: 'big', name: 'big', state: 'RUNNING', notes: 'x'.repeat(200_000) });
    await using opened = open(nas.url, { settings: { maxMessageBytes: 65_536 } });
    await ready(opened);
    expect(opened.gaps().join()).toContain('What app.query lists is not shown');
    const cut = opened.events().filter(({ truncated }) => truncated);
    expect(cut.map(({ size }) => size > 200_000)).toEqual([true]);
    expect(opened.instances()).toEqual(['host tank-nas running']);
  });

  it('is not sent: the NAS would break off', async () => {
    await using nas = await FakeNas.listen({ modern: true });
    await using opened = open(nas.url);
    await ready(opened);
    const params = JSON.stringify(['x'.repeat(70_000)]);
    const result = await opened.run('request', { input: { method: 'core.ping', params } });
    expect(result.outcome).toBe('refused');
    expect(english(result.message)).toContain('65536 characters');
    expect(opened.connection.state).toBe('ready');
  });
});

describe('a machine that speaks in the words of its hypervisor', () => {
  it('is asked what it is, instead of guessed', async () => {
    await using nas = await FakeNas.listen({ modern: false, version: 'TrueNAS-13.0-U6' });
    let state = 'RUNNING';
    nas.methods.set('vm.query', () => [{ id: 1, name: 'ark', status: { state } }]);
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.instances()).toContain('vm ark running');
    expect(nas.called.some(([method]) => method === 'app.query')).toBe(false);
    state = 'STOPPED';
    nas.event('vm.query', 'changed', {
      id: 1,
      fields: { id: 1, status: { state: 'SHUTOFF' } },
      extra: { state: 'SHUTOFF' },
    });
    await opened.until(() => opened.instances().includes('vm ark stopped'));
  });
});

describe('a user who may not see everything', () => {
  it('is told what is missing, and sees the rest', async () => {
    const server = await TrueNasServer.listen({
      profile: '25.10',
      users: [{ name: 'player', password: 'right', roles: ['APPS_READ'] }],
      apps: [{ name: 'minecraft' }],
      timing: { refusalMs: 1, jobStepMs: 1, rateLimitMs: 1, sourceSecondMs: 1 },
    });
    try {
      await using opened = open(server.url, { settings: { username: 'player' } });
      await ready(opened);
      expect(opened.instances().filter((each) => !each.startsWith('host'))).toEqual([
        'app minecraft running',
      ]);
      expect(opened.gaps().some((gap) => gap.includes('vm.query'))).toBe(true);
    } finally {
      await server.stop();
    }
  });
});
