import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loopback } from '../host.ts';
import { makeSelfSigned, type Identity } from './certificates.ts';
import type { Revision } from './messages.ts';

/** An entry of the connections setting that leads to a server with these files. */
export interface NotifierSettings {
  readonly kind: 'notifier';
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly legacyServer: boolean;
}

export interface IdentityFiles {
  readonly identity: Identity;
  /** Signed the client certificate. */
  readonly clientAuthority: string;
  settings(server: { readonly address: string; readonly port: number }, revision: Revision): NotifierSettings;
}

const names = ['server.crt', 'server.key', 'ca.crt', 'client.crt', 'client.key'] as const;

/** Certificates and keys in a folder: those of before where they are, so that connections go on working. */
export function identityFiles(given: string): IdentityFiles {
  const folder = resolve(given);
  const at = (name: (typeof names)[number]): string => join(folder, name);
  if (!names.every((name) => existsSync(at(name)))) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = makeSelfSigned();
    writeFileSync(at('server.crt'), made.server.cert);
    writeFileSync(at('server.key'), made.server.key, { mode: 0o600 });
    writeFileSync(at('ca.crt'), made.server.cert);
    writeFileSync(at('client.crt'), made.client.cert);
    writeFileSync(at('client.key'), made.client.key, { mode: 0o600 });
  }
  return {
    identity: { cert: readFileSync(at('server.crt'), 'utf8'), key: readFileSync(at('server.key'), 'utf8') },
    clientAuthority: readFileSync(at('client.crt'), 'utf8'),
    settings: ({ address, port }, revision) => ({
      kind: 'notifier',
      // An address that means all of them is none to connect to.
      host: address === '0.0.0.0' || address === '::' ? loopback : address,
      port,
      serverName: 'localhost',
      ca: at('ca.crt'),
      cert: at('client.crt'),
      key: at('client.key'),
      legacyServer: revision === 'seed',
    }),
  };
}
