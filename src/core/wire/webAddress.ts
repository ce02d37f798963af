import { BlockList, isIP, isIPv4 } from 'node:net';
import { text, type Text } from '../model/text.ts';

/** Host and port of a server, and the name that its certificate should have. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
}

/** Whether a web address or that of a WebSocket is one with TLS. */
export function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'wss:';
}

export function serverAddress(url: URL): ServerAddress {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isSecure(url) ? 443 : 80) : Number(url.port);
  return { host, port, serverName: host };
}

/** The same, where TLS is spoken there. */
export function tlsAddressOf(url: URL): ServerAddress | undefined {
  return isSecure(url) ? serverAddress(url) : undefined;
}

/** A host as it stands in a URL: an IPv6 address is put in brackets. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Whether only this machine is meant, as a host of its own or as it stands in a URL. A name may begin with 127 as well. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
  );
}

/** Addresses that no other network has: private ones, link-local ones, and those of this machine. */
const nearAddresses = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  nearAddresses.addSubnet(address, bits, 'ipv4');
nearAddresses.addAddress('::1', 'ipv6');
nearAddresses.addSubnet('fc00::', 7, 'ipv6');
nearAddresses.addSubnet('fe80::', 10, 'ipv6');

/** Names that only a local network gives: without a dot, or below a domain that the internet does not have. */
const nearName = /^[^.]+$|\.(?:local|lan|home|internal|home\.arpa|localdomain)$/i;

/** Whether a host, of its own or as it stands in a URL, is this machine or in the same network, as far as its name tells. */
export function isNear(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const family = isIP(plain);
  return family === 0 ? nearName.test(plain) : nearAddresses.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * The address without what stands in it from the first of these paths on: what a browser shows is more than the base that
 * a server is reached at.
 */
export function withoutPaths(address: string, paths: readonly string[]): string {
  const found = new RegExp(`^([a-z]+://[^/?#]*(?:/[^?#]*?)??)/(?:${paths.join('|')})(?=[/?#]|$)`, 'i').exec(
    address,
  );
  return found?.[1] ?? address;
}

/** Problem of a web address to send to; nothing where it can be used. */
export function webAddressProblem(value: string): Text | undefined {
  // The URL parser drops line breaks and tabs without a word; nobody means them.
  // eslint-disable-next-line no-control-regex -- control characters are the very thing that is looked for
  if (/[\u0000-\u0020\u007f]/.test(value))
    return text('A web address has no spaces and no control characters');
  if (!URL.canParse(value)) return text('This is no web address');
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'http:' && protocol !== 'https:')
    return text('A web address begins with http:// or https://');
  if (username !== '' || password !== '') return text('A user name or password must not be in the address');
  return undefined;
}
