import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import { oneLine, text, type Text } from '../../../model/text.ts';
import type { Log } from '../../session.ts';
import { runKgsm } from '../program/runKgsm.ts';
import type { KgsmSettings, WebhookPlace } from '../settings.ts';
import { isFields, parsedJson } from '../../reading.ts';
import { webhookAddress } from '../targets.ts';

/** How the events of a KGSM reach us. */
export type Transport =
  | { readonly events: 'socket'; readonly path: string }
  | { readonly events: 'journal'; readonly directory: string }
  | { readonly events: 'webhook'; readonly place: WebhookPlace };

interface TransportEnvironment {
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** KGSM's default for `event_journal_dir`. */
const defaultJournalDir = '/var/lib/kgsm/events';

/** KGSM's program answers such questions in a fraction of a second. */
const askTimeoutMs = 10_000;

/** Files that only the generations with a socket have: 2.2, 1.6 to 2.1, 3.0 to 3.6. */
const socketFiles = ['modules/events.socket.sh', 'modules/include/events.sh', 'commands/events.socket.sh'];

/**
 * Decides how events are received. What is set is taken; `auto` looks which generation of KGSM is there, by its files
 * where they tell, else by asking its program.
 */
export async function chooseTransport(
  settings: KgsmSettings,
  environment: TransportEnvironment,
): Promise<Transport> {
  const { transport, why } = await choose(settings, environment);
  environment.log.info(wayOf(transport, why));
  return transport;
}

function wayOf(transport: Transport, why: Text): Text {
  switch (transport.events) {
    case 'socket':
      return text('Events come through the socket {0}: {1}.', oneLine(transport.path), why);
    case 'journal':
      return text('Events come from the journal in {0}: {1}.', oneLine(transport.directory), why);
    case 'webhook':
      return text('Events come by webhook to {0}: {1}.', webhookAddress(transport.place), why);
  }
}

interface Choice {
  readonly transport: Transport;
  readonly why: Text;
}

async function choose(settings: KgsmSettings, { signal }: TransportEnvironment): Promise<Choice> {
  const { events, root, socketPath, journalDir, webhook } = settings;
  // Never by `auto`: a port that nobody asked for is not opened.
  if (webhook !== undefined) {
    return { transport: { events: 'webhook', place: webhook }, why: text('"events" is set to {0}', events) };
  }
  if (events === 'journal') {
    const directory = journalDir ?? (await askForJournal(root, signal)) ?? defaultJournalDir;
    return { transport: { events, directory }, why: text('"events" is set to {0}', events) };
  }
  // Without a socket the settings are only valid with a journal.
  if (socketPath === undefined) {
    const directory = journalDir ?? defaultJournalDir;
    return { transport: { events: 'journal', directory }, why: text('only "journalDir" is set') };
  }
  const socket: Transport = { events: 'socket', path: socketPath };
  if (events === 'socket') return { transport: socket, why: text('"events" is set to {0}', events) };
  if (root === undefined) return { transport: socket, why: text('there is no "root" to look at') };
  for (const file of socketFiles) {
    if (await exists(posix.join(root, file))) return { transport: socket, why: text('KGSM has {0}', file) };
  }
  const layout = (await exists(posix.join(root, 'kgsm.sh'))) ? await askForLayout(root, signal) : undefined;
  if (!layout) {
    return { transport: socket, why: text('KGSM does not answer {0}, as version 3 would', '--paths --json') };
  }
  const directory =
    journalDir ?? journalIn(layout) ?? (await askForSetting(root, signal)) ?? defaultJournalDir;
  return {
    transport: { events: 'journal', directory },
    why: text('KGSM answers {0}, as version 3 does', '--paths --json'),
  };
}

/** The journal's directory by KGSM's own word. */
async function askForJournal(root: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (root === undefined || !(await exists(posix.join(root, 'kgsm.sh')))) return undefined;
  const layout = await askForLayout(root, signal);
  return (layout && journalIn(layout)) ?? (await askForSetting(root, signal));
}

async function askForLayout(root: string, signal: AbortSignal): Promise<object | undefined> {
  const output = await ask(root, ['--paths', '--json'], signal);
  const layout = parsedJson(output ?? '');
  return isFields(layout) ? layout : undefined;
}

async function askForSetting(root: string, signal: AbortSignal): Promise<string | undefined> {
  const value = (await ask(root, ['config', 'get', 'event_journal_dir'], signal))?.trim();
  return value !== undefined && isDirectoryName(value) ? posix.normalize(value) : undefined;
}

/** Standard output of KGSM's program; nothing where it exits with an error. */
async function ask(root: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const { code, stdout } = await runKgsm({ root, args, timeoutMs: askTimeoutMs, signal });
  return code === 0 ? stdout : undefined;
}

/** The layout groups its paths, and not every version names the journal; the key is found wherever it stands. */
function journalIn(layout: object): string | undefined {
  for (const [key, value] of Object.entries(layout) as [string, unknown][]) {
    if (typeof value === 'object' && value !== null) {
      const found = journalIn(value);
      if (found !== undefined) return found;
    } else if (
      typeof value === 'string' &&
      /journal(_?dir(ectory)?)?$/i.test(key) &&
      isDirectoryName(value)
    ) {
      return posix.normalize(value);
    }
  }
  return undefined;
}

function isDirectoryName(value: string): boolean {
  return /^\/[^\n]*$/.test(value);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
