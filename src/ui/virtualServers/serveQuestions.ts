import { l10n, window, type QuickPickItem } from 'vscode';
import { oneLine } from '../../core/model/text.ts';
import type { PlaySpeed } from '../../core/playback/player.ts';
import type { ServablePart } from '../../core/playback/serving/servableParts.ts';
import type { SystemRegistry } from '../../core/systems/registry.ts';
import { translate } from '../translate.ts';
import { speedText, type Reach } from './virtualRows.ts';

/** Wishes for a virtual server. */
export interface ServeOptions {
  readonly part: ServablePart;
  /** The system, for people. */
  readonly label: string;
  readonly speed: PlaySpeed;
  readonly reach: Reach;
  /** Address that KGSM's events are posted to. */
  readonly webhook?: string;
}

const speeds: readonly PlaySpeed[] = [1, 10, 100, 'max'];

/** Asks what is to be chosen; nothing where the user left. */
export async function askServeOptions(
  title: string,
  parts: readonly ServablePart[],
  systems: SystemRegistry,
): Promise<ServeOptions | undefined> {
  const part = parts.length === 1 ? parts[0] : await askPart(title, parts, systems);
  if (!part) return undefined;
  const system = await systems.load(part.system);
  const label = system?.label ?? part.system;
  // A system that sends to addresses of others listens at no port.
  const isFolder = system?.targetPrompt !== undefined;
  const webhook = isFolder && process.platform === 'win32' ? await askWebhook(title) : '';
  if (webhook === undefined) return undefined;
  const speed = await askSpeed(title);
  if (speed === undefined) return undefined;
  const reach = isFolder ? 'machine' : await askReach(title);
  if (reach === undefined) return undefined;
  return { part, label, speed, reach, ...(webhook === '' ? {} : { webhook }) };
}

async function askPart(
  title: string,
  parts: readonly ServablePart[],
  systems: SystemRegistry,
): Promise<ServablePart | undefined> {
  await systems.loadAll();
  const items = parts.map((part) => ({
    label: oneLine(part.name, 80),
    description: systems.get(part.system)?.label ?? oneLine(part.system, 40),
    detail:
      part.messages === 1
        ? l10n.t('1 message that was sent unasked')
        : l10n.t('{0} messages that were sent unasked', part.messages.toLocaleString()),
    part,
  }));
  const placeHolder = l10n.t('Which connection of the recording? A virtual server is one system.');
  const picked = await window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true });
  return picked?.part;
}

/** Asks how fast a recording is played. */
export async function askSpeed(title: string): Promise<PlaySpeed | undefined> {
  const items = speeds.map((speed) => ({
    label: translate(speedText(speed)),
    ...(speed === 1 ? { description: l10n.t('as recorded') } : {}),
    speed,
  }));
  const placeHolder = l10n.t('How fast are the events sent?');
  return (await window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.speed;
}

async function askReach(title: string): Promise<Reach | undefined> {
  const items: (QuickPickItem & { readonly reach: Reach })[] = [
    { label: l10n.t('This Machine Only'), reach: 'machine' },
    {
      label: l10n.t('Every Machine in the Network'),
      detail: l10n.t('The traffic is only as protected as that of a real server of this kind.'),
      reach: 'network',
    },
  ];
  const placeHolder = l10n.t('Who may reach the virtual server?');
  return (await window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.reach;
}

async function askWebhook(title: string): Promise<string | undefined> {
  const typed = await window.showInputBox({
    title,
    prompt: l10n.t(
      'Windows has no sockets as KGSM uses them, so a virtual KGSM sends its events by webhook. To which address?',
    ),
    value: 'http://127.0.0.1:8787/',
    ignoreFocusOut: true,
    validateInput: (value) =>
      /^https?:$/.test(URL.parse(value.trim())?.protocol ?? '')
        ? undefined
        : l10n.t('An address such as {0}', 'http://127.0.0.1:8787/'),
  });
  return typed?.trim();
}
