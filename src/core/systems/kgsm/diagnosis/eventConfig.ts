import { realpath } from 'node:fs/promises';
import { dirname, basename, join, posix } from 'node:path';
import { oneLine, text } from '../../../model/text.ts';
import { failureOf, runKgsm } from '../program/runKgsm.ts';
import {
  assertUnchanged,
  asUtf8,
  KgsmConfigError,
  readConfigFile,
  rewrite,
  valuesIn,
  type ConfigChange,
} from './configFile.ts';
import { inspectInstallation, type EmitterVersion, type Installation } from './installation.ts';

export { KgsmConfigError } from './configFile.ts';
export type { ConfigChange } from './configFile.ts';

/** A switch as it stands in the configuration. */
export interface ConfigSwitch {
  readonly key: string;
  readonly value: string | undefined;
  readonly on: boolean;
  /** The value that KGSM reads as on. */
  readonly yes: string;
}

/** A comma list as it stands in the configuration. */
interface ConfigList {
  readonly key: string;
  readonly value: string | undefined;
  readonly items: readonly string[];
  /** Several fit in; older versions know one alone. */
  readonly several: boolean;
}

/** The part of KGSM's configuration that is about events. */
export interface EventConfig {
  readonly installation: Installation;
  readonly file: string;
  readonly protocolVersion: EmitterVersion;
  /** All of them have to be on for events to reach a socket. */
  readonly switches: readonly ConfigSwitch[];
  /** KGSM looks at its switch; versions before 2.2 do not. */
  readonly heeded: boolean;
  /** The sockets, where this version has them. */
  readonly sockets?: ConfigList;
  readonly webhook?: { readonly switch: ConfigSwitch; readonly urls: ConfigList };
  /** A secret for webhooks is set; which one is nobody's business here. */
  readonly signs: boolean;
  readonly journalDir?: string;
}

const defaultSocket = 'kgsm.sock';
const setTimeoutMs = 20_000;

/** Reads what KGSM is told about events; rejects with a `KgsmConfigError`. */
export async function readEventConfig(root: string, signal: AbortSignal): Promise<EventConfig> {
  const installation = await inspectInstallation(root, signal);
  const raw = valuesIn(await readConfigFile(installation.configFile));
  const defaults = await readConfigFile(installation.defaultsFile).then(
    valuesIn,
    () => new Map<string, string>(),
  );
  const value = (key: string): string | undefined => {
    const found = raw.get(key);
    return found === undefined ? undefined : asUtf8(found);
  };
  const knows = (key: string): boolean => raw.has(key) || defaults.has(key);
  const protocolVersion = installation.protocolVersion ?? versionByKeys(knows);
  const switchOf = (key: string, yes = 'true'): ConfigSwitch => {
    const now = value(key);
    return { key, value: now, on: now === yes, yes };
  };
  const listOf = (key: string, several: boolean, otherwise = ''): ConfigList => {
    const now = value(key);
    return { key, value: now, items: itemsOf(now ?? otherwise), several };
  };
  const socket = (): Pick<EventConfig, 'switches' | 'heeded' | 'sockets'> => {
    switch (protocolVersion) {
      case 'first':
        return {
          switches: [switchOf('USE_EVENTS', '1')],
          heeded: false,
          sockets: listOf('EVENTS_SOCKET_FILE', false, defaultSocket),
        };
      case 'second':
        return {
          switches: [switchOf('enable_event_broadcasting')],
          heeded: false,
          sockets: listOf('event_socket_filename', false, defaultSocket),
        };
      case 'lists':
        return {
          switches: [switchOf('enable_event_broadcasting')],
          heeded: true,
          sockets: listOf('event_socket_filenames', true, value('event_socket_filename') ?? defaultSocket),
        };
      case 'third': {
        const keys = ['enable_event_broadcasting', 'enable_socket_events'].filter(knows);
        const needed = keys.length > 0 ? keys : ['enable_socket_events'];
        return {
          switches: needed.map((key) => switchOf(key)),
          heeded: true,
          sockets: listOf(
            'event_socket_filenames',
            true,
            asUtf8(defaults.get('event_socket_filenames') ?? defaultSocket),
          ),
        };
      }
      case 'journal':
        return { switches: [], heeded: true };
    }
  };
  // For some weeks 2.2 had one address and a second for when the first fails.
  const oneUrl = knows('webhook_url') && !knows('webhook_urls');
  const journalDir = value('event_journal_dir');
  return {
    installation,
    file: installation.configFile,
    protocolVersion,
    ...socket(),
    ...(protocolVersion === 'first' || protocolVersion === 'second'
      ? {}
      : {
          webhook: {
            switch: switchOf('enable_webhook_events'),
            urls: listOf(oneUrl ? 'webhook_url' : 'webhook_urls', !oneUrl),
          },
        }),
    signs: (value('webhook_secret') ?? '').trim() !== '',
    ...(journalDir === undefined ? {} : { journalDir }),
  };
}

/** The place of a socket that stands in the configuration. Only version 3 takes an absolute path for what it is. */
function socketPlace({ installation, protocolVersion }: EventConfig, name: string): string {
  return name.startsWith('/') && protocolVersion === 'third' ? name : posix.join(installation.root, name);
}

/** Whether KGSM sends to a socket, by whatever name or link. */
export async function sendsTo(config: EventConfig, path: string): Promise<boolean> {
  const wanted = new Set([posix.normalize(path), await real(path)]);
  for (const name of config.sockets?.items ?? []) {
    const place = socketPlace(config, name);
    if (wanted.has(place) || wanted.has(await real(place))) return true;
  }
  return false;
}

/** Changes that make KGSM send to sockets at all. */
export function switchOnBroadcasting(config: EventConfig): readonly ConfigChange[] {
  return config.switches.filter(({ on }) => !on).map((off) => turnOn(config, off));
}

/** Change that adds a socket; nothing where this version of KGSM sends to a single one. */
export function addSocketName(config: EventConfig, path: string): ConfigChange | undefined {
  const { sockets, installation, file } = config;
  const name = posix.relative(installation.root, path);
  // A name with a comma or space at its end cannot stand in a list.
  if (!sockets?.several || name.includes(',') || name !== name.trim() || /[\r\n]/.test(name))
    return undefined;
  return { file, key: sockets.key, from: sockets.value, to: [...sockets.items, name].join(',') };
}

/** Changes that make KGSM post to an address too; `isSame` recognizes other names of that address. */
export function setWebhookUrl(
  config: EventConfig,
  url: string,
  isSame: (other: string) => boolean,
): readonly ConfigChange[] {
  const { webhook, file } = config;
  if (!webhook) return [];
  const { urls } = webhook;
  const changes: ConfigChange[] = [];
  if (!urls.items.some(isSame)) {
    // The one place is somebody else's.
    if (!urls.several && urls.items.length > 0) return [];
    changes.push({ file, key: urls.key, from: urls.value, to: [...urls.items, url].join(',') });
  }
  if (!webhook.switch.on) changes.push(turnOn(config, webhook.switch));
  return changes;
}

/**
 * Makes a change that the user has agreed to: by KGSM's own program where it can, else by hand. Rejects with a
 * `KgsmConfigError` where the value is no longer what was shown, or where it did not become what it should.
 */
export async function applyChange(
  { installation, file }: EventConfig,
  change: ConfigChange,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const before = await readConfigFile(file);
  assertUnchanged(before, change);
  if (!installation.setter) {
    await rewrite(change);
    return;
  }
  const result = await runKgsm({
    root: installation.root,
    args: installation.setter(change.key, change.to),
    timeoutMs: setTimeoutMs,
    signal,
  });
  const after = await readConfigFile(file);
  if (valuesIn(after).get(change.key) === Buffer.from(change.to).toString('latin1')) return;
  // KGSM's refusal of the value counts. A KGSM that does not know the key changes nothing: then the file is rewritten.
  if (result.code === 8 || after !== before) throw refused(change, failureOf(result));
  signal.throwIfAborted();
  await rewrite(change);
}

function refused({ key }: ConfigChange, why: ReturnType<typeof failureOf>): KgsmConfigError {
  return new KgsmConfigError('refused', text('KGSM did not set {0}: {1}', oneLine(key), why));
}

function turnOn({ file }: EventConfig, { key, value, yes }: ConfigSwitch): ConfigChange {
  return { file, key, from: value, to: yes };
}

/** The keys differ between the versions, so they tell where nothing else does. */
function versionByKeys(knows: (key: string) => boolean): EmitterVersion {
  if (knows('event_journal_dir') && !knows('enable_socket_events')) return 'journal';
  if (knows('enable_socket_events')) return 'third';
  if (knows('event_socket_filenames') || knows('enable_webhook_events')) return 'lists';
  if (knows('event_socket_filename')) return 'second';
  return knows('USE_EVENTS') || knows('EVENTS_SOCKET_FILE') ? 'first' : 'lists';
}

function itemsOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Resolves links of a path whose last part need not exist. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const directory = await realpath(dirname(path)).catch(() => dirname(path));
    return join(directory, basename(path));
  }
}
