import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../src/core/alerts/alert.ts';
import { alertFields, readWebhook, webhookBody } from '../../../../src/core/alerts/webhook.ts';
import { english, text } from '../../../../src/core/model/text.ts';

const alert: Alert = {
  id: '1',
  cause: 'crash/a',
  kind: 'crash',
  connection: 'home',
  instance: { kind: 'server', key: 'a', name: 'a', host: 'far' },
  title: text('{0} crashed', 'a'),
  at: Date.UTC(2026, 10, 28),
  muted: false,
};
const fields = alertFields(alert, 'Home');
const problem = (value: unknown): string => {
  const read = readWebhook(value);
  expect(read.webhook).toBeUndefined();
  return read.problem ? english(read.problem) : '';
};

describe('the webhook of the settings', () => {
  it('is an address, which has to be safe', () => {
    expect(readWebhook({ url: 'https://example.org/hook' }).webhook).toEqual({
      url: 'https://example.org/hook',
      header: 'Authorization',
    });
    for (const url of ['http://localhost:8080/', 'http://127.0.0.1/', 'http://[::1]:1/'])
      expect(readWebhook({ url }).webhook).toBeDefined();
    expect(problem({ url: 'http://example.org/secret' })).toBe(
      'gameServerOps.alerts.webhook.url has to begin with https:// unless it is on this machine.',
    );
    expect(problem({ url: 'http://127.evil.example/' })).toContain('https://');
    for (const value of [undefined, {}, { url: '' }]) expect(readWebhook(value)).toEqual({});
  });

  it('says what is wrong without repeating an address, which may hold a secret', () => {
    expect(problem({ url: 'no address s3cret' })).not.toContain('s3cret');
    expect(problem({ url: 'https://example.org', header: 'X: y\r\n' })).toContain('webhook.header');
    expect(problem({ url: 'https://example.org', body: '{"a": ${title}}' })).toBe(
      'gameServerOps.alerts.webhook.body is no JSON.',
    );
    expect(problem(7)).toContain('webhook');
  });
});

describe('the body of an alert', () => {
  const webhook = { url: 'https://example.org', header: 'Authorization' };

  it('is all of its fields, or the template with its places filled', () => {
    expect(JSON.parse(webhookBody(webhook, fields))).toEqual({
      kind: 'crash',
      title: 'a crashed',
      detail: '',
      connection: 'Home',
      server: 'a',
      host: 'far',
      time: '2026-11-28T00:00:00.000Z',
    });
    const body = '{"content": "${title} on ${connection}, ${unknown}", "n": 1}';
    expect(webhookBody({ ...webhook, body }, fields)).toBe(
      '{"content": "a crashed on Home, ${unknown}", "n": 1}',
    );
  });

  it('is JSON with the exact value in its place, whatever the value is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        const body = webhookBody({ ...webhook, body: '{"t": "<${title}>"}' }, { ...fields, title });
        expect(JSON.parse(body)).toEqual({ t: `<${title}>` });
      }),
    );
  });
});
