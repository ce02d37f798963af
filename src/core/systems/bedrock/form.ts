import { text } from '../../model/text.ts';
import { pemProblem } from '../pemProblem.ts';
import type { FormField } from '../form.ts';
import { addressProblem } from './settings.ts';

/** The questions that make a connection to a Bedrock Server Manager. */
export const bedrockForm: readonly FormField[] = [
  {
    field: 'url',
    type: 'text',
    prompt: text('Web address of Bedrock Server Manager, with its path behind a reverse proxy'),
    placeholder: 'http://127.0.0.1:11325',
    suggest: () => 'http://127.0.0.1:11325',
    check(value) {
      const message = addressProblem(value);
      return message && { message };
    },
  },
  {
    field: 'username',
    type: 'text',
    prompt: text('User name'),
    placeholder: 'admin',
    suggest: () => 'admin',
    check: (value) => (value.trim() === '' ? { message: text('A user name is needed.') } : undefined),
  },
  { field: 'password', type: 'secret', prompt: text('Password of this user') },
  {
    field: 'ca',
    type: 'file',
    prompt: text('Certificate of the authority, or of the server itself where it signed its own (PEM)'),
    placeholder: 'ca.crt',
    optional: true,
    when: ({ url = '' }) => url.trim().toLowerCase().startsWith('https:'),
    check: (value) => pemProblem(value, 'certificate'),
  },
];
