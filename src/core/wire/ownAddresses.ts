import { networkInterfaces } from 'node:os';

/** Addresses of this machine in the networks that it is in, as one text: another text is another network. */
export function ownAddresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address, cidr }) => cidr ?? address)
    .sort()
    .join(' ');
}
