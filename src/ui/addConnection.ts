import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { ConfigurationTarget, l10n, window, workspace, type QuickPickItem } from 'vscode';
import { readConnection, slug } from '../core/connections/settings.ts';
import { configuration } from './configuration.ts';
import { prefix } from './contributions/commands.ts';
import { showError } from './messages.ts';
import { translate } from './translate.ts';

const steps = 3;

/** Asks step by step for a KGSM connection and writes it into the settings, which then connect it. */
export async function addConnection(): Promise<void> {
  const root = await askRoot();
  if (root === undefined) return;
  const taken = takenIds();
  const name = await window.showInputBox({
    title: stepTitle(2),
    prompt: l10n.t('How the connection is shown in the tree.'),
    value: basename(root) === '' ? 'KGSM' : basename(root),
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? l10n.t('A name is needed.') : undefined),
  });
  if (name === undefined) return;
  const socketMode = await askMode(root);
  if (socketMode === undefined) return;
  const entry = { kind: 'kgsm', id: freeId(slug(name, 'kgsm'), taken), name: name.trim(), root, socketMode };
  const read = readConnection(entry);
  if (!read.ok) {
    showError(l10n.t('The connection was not saved: {0}', read.problems.map(translate).join('; ')));
    return;
  }
  const entries = configuration().connections;
  await workspace
    .getConfiguration(prefix)
    .update(
      'connections',
      [...(Array.isArray(entries) ? (entries as unknown[]) : []), entry],
      ConfigurationTarget.Global,
    );
}

function stepTitle(step: number): string {
  return l10n.t('Add KGSM Connection ({0}/{1})', step, steps);
}

async function askRoot(): Promise<string | undefined> {
  const found = await firstExisting(['/opt/kgsm', join(homedir(), 'kgsm'), '/srv/kgsm']);
  return window.showInputBox({
    title: stepTitle(1),
    prompt: l10n.t("KGSM's folder on this machine: the one with kgsm.sh."),
    placeHolder: '/opt/kgsm',
    value: found ?? '',
    ignoreFocusOut: true,
    validateInput: checkRoot,
  });
}

async function checkRoot(value: string): Promise<string | { message: string; severity: 2 } | undefined> {
  if (!value.startsWith('/')) return l10n.t('An absolute path is needed, such as /opt/kgsm.');
  const folder = await stat(value).catch(() => undefined);
  if (!folder?.isDirectory()) return l10n.t('There is no folder {0} on this machine.', value);
  const kgsm = await access(join(value, 'kgsm.sh')).then(
    () => true,
    () => false,
  );
  // Events can be received without it, so this is a hint and not a refusal.
  if (!kgsm)
    return {
      message: l10n.t('There is no kgsm.sh in it: events can be received, but nothing operated.'),
      severity: 2,
    };
  return undefined;
}

async function askMode(root: string): Promise<string | undefined> {
  const owner = (await stat(root).catch(() => undefined))?.uid;
  const mine = owner === undefined || owner === process.getuid?.();
  const items: (QuickPickItem & { mode: string })[] = [
    { mode: '0600', label: l10n.t('This user runs KGSM'), description: '0600' },
    { mode: '0660', label: l10n.t('Another user of the same group runs KGSM'), description: '0660' },
    {
      mode: '0666',
      label: l10n.t('Any other user runs KGSM'),
      description: '0666',
      detail: l10n.t('Every local user could then send events.'),
    },
  ];
  const picked = await window.showQuickPick(mine ? items : [...items.slice(1), ...items.slice(0, 1)], {
    title: stepTitle(3),
    placeHolder: mine
      ? l10n.t('Who runs KGSM? It needs permission to write to the event socket.')
      : l10n.t('KGSM belongs to another user: it needs permission to write to the event socket.'),
    ignoreFocusOut: true,
  });
  return picked?.mode;
}

async function firstExisting(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const exists = await access(join(folder, 'kgsm.sh')).then(
      () => true,
      () => false,
    );
    if (exists) return folder;
  }
  return undefined;
}

function takenIds(): ReadonlySet<string> {
  const entries = configuration().connections;
  const ids = (Array.isArray(entries) ? entries : []).flatMap((entry) => {
    const read = readConnection(entry);
    return read.ok ? [read.connection.settings.id] : [];
  });
  return new Set(ids);
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted;
  for (let n = 2; taken.has(id); n++) id = `${wanted.slice(0, 58)}-${String(n)}`;
  return id;
}
