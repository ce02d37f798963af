import { describe, expect, it } from 'vitest';
import { isNear, withoutPaths } from '../../../../src/core/wire/webAddress.ts';

describe('a host', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '10.1.2.3',
    '192.168.178.20',
    '172.31.255.1',
    '169.254.7.7',
    '[fd12:3456::1]',
    'fe80::1',
    'nas',
    'nas.local',
    'NAS.fritz.home.arpa',
    'games.lan',
  ])('%s is near', (host) => {
    expect(isNear(host)).toBe(true);
  });

  it.each([
    '8.8.8.8',
    '172.32.0.1',
    '[2001:db8::1]',
    'games.example.org',
    '127.example.org',
    'local.example',
  ])('%s is not', (host) => {
    expect(isNear(host)).toBe(false);
  });
});

describe('an address that was copied from a browser', () => {
  it.each([
    ['http://h:11325/app', 'http://h:11325'],
    ['http://h:11325/app/servers?tab=1#top', 'http://h:11325'],
    ['https://h/bsm/app/', 'https://h/bsm'],
    ['https://h/bsm/WS', 'https://h/bsm'],
    ['https://h/apple', 'https://h/apple'],
    ['https://h/?app', 'https://h/?app'],
    ['https://app/', 'https://app/'],
    ['https://h', 'https://h'],
  ])('%s is %s', (given, base) => {
    expect(withoutPaths(given, ['app', 'ws'])).toBe(base);
  });
});
