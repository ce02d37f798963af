import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { oneLine, text } from '../../model/text.ts';
import type { FormAnswers, FormChoice, FormField, FormProblem } from '../form.ts';
import { programProblem } from './program/programProblem.ts';
import { folderOf } from './settings.ts';

/** Folders that KGSM is usually installed in. */
const usualFolders = (): readonly string[] => ['/opt/kgsm', join(homedir(), 'kgsm'), '/srv/kgsm'];

const isWebhook = (given: FormAnswers): boolean => given['events'] === 'webhook';

/** The questions that make a KGSM connection. */
export const kgsmForm: readonly FormField[] = [
  {
    field: 'events',
    type: 'choice',
    prompt: text('Where is KGSM, and how do its events come?'),
    choices: () => ways,
    suggest: () => 'auto',
  },
  {
    field: 'root',
    type: 'folder',
    prompt: text("KGSM's folder on this machine: the one with kgsm.sh."),
    placeholder: '/opt/kgsm',
    when: (given) => !isWebhook(given),
    suggest: () => firstWithProgram(usualFolders()),
    check: checkRoot,
  },
  {
    field: 'root',
    type: 'folder',
    prompt: text("KGSM's folder on this machine; empty where KGSM is on another one."),
    placeholder: '/opt/kgsm',
    optional: true,
    when: isWebhook,
    check: checkRoot,
  },
  {
    field: 'socketMode',
    type: 'choice',
    prompt: text('Who runs KGSM? It needs permission to write to the event socket.'),
    when: (given) => given['events'] === 'auto' || given['events'] === 'socket',
    choices: () => modes,
    suggest: async (given) => ((await isMine(given['root'] ?? '')) ? '0600' : '0660'),
  },
  {
    field: 'webhook.host',
    type: 'text',
    prompt: text('Address that the webhook listens on. 127.0.0.1 is reached from this machine only.'),
    placeholder: '127.0.0.1',
    when: isWebhook,
    suggest: (given) => (given['root'] === '' ? '0.0.0.0' : '127.0.0.1'),
    check: (value) =>
      /^(127\.|localhost$|::1$)/.test(value)
        ? undefined
        : { message: text('Other machines can post events here: use a secret.'), hint: true },
  },
  {
    field: 'webhook.port',
    type: 'number',
    prompt: text('Port that the webhook listens on'),
    placeholder: '8787',
    when: isWebhook,
    suggest: () => '8787',
    check: (value) =>
      Number(value) >= 1 && Number(value) <= 65_535
        ? undefined
        : { message: text('A port is a number from 1 to 65535.') },
  },
  {
    field: 'webhook',
    type: 'secret',
    prompt: text("KGSM's webhook_secret, which signs its events. Empty where none is set."),
    optional: true,
    when: isWebhook,
  },
];

const ways: readonly FormChoice[] = [
  {
    value: 'auto',
    label: text('On this machine'),
    detail: text('Finds out how the events come: by socket up to KGSM 3.6, from the journal later.'),
  },
  { value: 'socket', label: text('On this machine, by its event socket'), detail: text('KGSM 1.6 to 3.6') },
  { value: 'journal', label: text('On this machine, from its journal'), detail: text('KGSM 3.6 and later') },
  {
    value: 'webhook',
    label: text('Here or elsewhere, by webhook'),
    detail: text('KGSM 2.2 and later posts to a port of this machine. From elsewhere there are events only.'),
  },
];

const modes: readonly FormChoice[] = [
  { value: '0600', label: text('This user') },
  { value: '0660', label: text('Another user of the same group') },
  {
    value: '0666',
    label: text('Any other user'),
    detail: text('Every local user could then send events.'),
  },
];

async function checkRoot(value: string): Promise<FormProblem | undefined> {
  if (!value.startsWith('/')) return { message: text('An absolute path is needed, such as /opt/kgsm.') };
  const root = folderOf(value);
  const folder = await stat(root).catch(() => undefined);
  if (!folder?.isDirectory())
    return { message: text('There is no folder {0} on this machine.', oneLine(root, 200)) };
  const message = await programProblem(root);
  return message && { message };
}

async function isMine(root: string): Promise<boolean> {
  const owner = (await stat(root).catch(() => undefined))?.uid;
  return owner === undefined || owner === process.getuid?.();
}

async function firstWithProgram(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (!(await programProblem(folder))) return folder;
  return undefined;
}
