import { isIPv4 } from 'node:net';
import { text, type Text } from '../model/text.ts';

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
