import { text } from '../../model/text.ts';
import type { FormField, FormProblem } from '../form.ts';
import { pemProblem } from '../pemProblem.ts';
import { defaultServerName } from './settings.ts';

/** The questions that make a connection to a notification server. */
export const notifierForm: readonly FormField[] = [
  {
    field: 'host',
    type: 'text',
    prompt: text('Host name or address of the notification server'),
    placeholder: '127.0.0.1',
    suggest: () => '127.0.0.1',
    check: (value) =>
      problem(
        /^[^\s/[\]@]{1,253}$/.test(value) ? undefined : text('A host name or an address, without "tls://"'),
      ),
  },
  {
    field: 'port',
    type: 'number',
    prompt: text('Port: 3000 on the first revisions of the server, 3005 on later ones'),
    placeholder: '3000',
    suggest: () => '3000',
    check: (value) => problem(isPort(value) ? undefined : text('A whole number from 1 to 65535')),
  },
  {
    field: 'serverName',
    type: 'text',
    prompt: text('Name in the certificate of the server'),
    placeholder: 'localhost',
    optional: true,
    suggest: ({ host = '' }) => defaultServerName(host),
  },
  {
    field: 'ca',
    type: 'file',
    prompt: text('Certificate of the authority, or of the server itself where it signed its own (PEM)'),
    placeholder: 'ca.crt',
    optional: true,
    check: (value) => pemProblem(value, 'certificate'),
  },
  {
    field: 'cert',
    type: 'file',
    prompt: text('Certificate of this client (PEM)'),
    placeholder: 'client.crt',
    optional: true,
    check: (value) => pemProblem(value, 'certificate'),
  },
  {
    field: 'key',
    type: 'file',
    prompt: text('Private key of this client (PEM)'),
    placeholder: 'client.key',
    when: ({ cert = '' }) => cert !== '',
    check: (value) => pemProblem(value, 'key'),
  },
  {
    field: 'passphrase',
    type: 'secret',
    prompt: text('Passphrase of the private key; empty where it has none'),
    optional: true,
    when: ({ key = '' }) => key !== '',
  },
  {
    field: 'token',
    type: 'secret',
    prompt: text('Token for the server, where it wants one'),
    optional: true,
  },
  {
    field: 'legacyServer',
    type: 'choice',
    prompt: text('Which server is it?'),
    optional: true,
    choices: () => [
      {
        value: 'false',
        label: text('Any later server'),
        detail: text('Closes the connection of whoever sends what it does not know.'),
      },
      {
        value: 'true',
        label: text('The first revision'),
        detail: text('Crashes on what it does not know: no goodbye and no messages are sent to it.'),
      },
    ],
  },
];

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535;
}

function problem(message: FormProblem['message'] | undefined): FormProblem | undefined {
  return message && { message };
}
