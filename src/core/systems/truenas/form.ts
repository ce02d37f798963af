import { text } from '../../model/text.ts';
import type { FormAnswers, FormField } from '../form.ts';
import { pemProblem } from '../pemProblem.ts';
import { addressProblem, isPrivate } from './settings.ts';

/** The questions that make a connection to a TrueNAS. */
export const trueNasForm: readonly FormField[] = [
  {
    field: 'url',
    type: 'text',
    prompt: text('Address of the NAS'),
    placeholder: 'wss://nas.local',
    check(value) {
      const message = addressProblem(value);
      if (message) return { message };
      return mayHaveKey({ url: value })
        ? undefined
        : {
            message: text('Not encrypted: the password can be read on the way. wss:// is better.'),
            hint: true,
          };
    },
  },
  {
    field: 'protocol',
    type: 'choice',
    prompt: text('Protocol'),
    choices: () => [
      { value: 'auto', label: text('Automatic'), detail: text('JSON-RPC where the NAS has it, DDP else') },
      { value: 'jsonrpc', label: text('JSON-RPC 2.0'), detail: text('TrueNAS 25.04 and later') },
      { value: 'ddp', label: text('DDP'), detail: text('TrueNAS CORE and SCALE, every release so far') },
    ],
  },
  {
    field: 'username',
    type: 'text',
    prompt: text('User name'),
    placeholder: 'root',
    suggest: () => 'root',
    check: (value) => (value.trim() === '' ? { message: text('A user name is needed.') } : undefined),
  },
  {
    field: 'apiKey',
    type: 'secret',
    prompt: text('API key of this user; leave empty to sign in with a password'),
    optional: true,
    // Sent readable, the NAS would revoke it.
    when: mayHaveKey,
  },
  {
    field: 'password',
    type: 'secret',
    prompt: text('Password of this user; not needed with an API key'),
    optional: true,
  },
  {
    field: 'ca',
    type: 'file',
    prompt: text('Certificate of the authority, or of the NAS itself where it signed its own (PEM)'),
    placeholder: 'ca.crt',
    optional: true,
    when: ({ url = '' }) => /^(?:wss|https):/i.test(url.trim()),
    check: (value) => pemProblem(value, 'certificate'),
  },
];

function mayHaveKey({ url = '' }: FormAnswers): boolean {
  const address = url.trim().toLowerCase().replace(/^http/, 'ws');
  return addressProblem(address) === undefined && isPrivate({ url: address });
}
