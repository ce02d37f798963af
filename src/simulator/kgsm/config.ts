import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { readBehaviour, type RootGeneration } from './behaviour.ts';

export type ConfigValue = string | number | boolean;

const afterTransports: Readonly<Record<string, ConfigValue>> = {
  enable_webhook_events: false,
  webhook_urls: '',
  webhook_secret: '',
  webhook_timeout_seconds: 10,
  webhook_retry_count: 2,
  save_command_timeout_seconds: 5,
  stop_command_timeout_seconds: 30,
};

/** KGSM's own settings with their defaults, in the order of its file. A setting accepts the type of its default. */
const known: Readonly<Record<RootGeneration, Readonly<Record<string, ConfigValue>>>> = {
  '1.7': { USE_EVENTS: 1, EVENTS_SOCKET_FILE: 'kgsm.sock' },
  '2.2': {
    enable_logging: false,
    default_install_directory: '',
    enable_event_broadcasting: true,
    event_socket_filenames: 'kgsm.sock',
    ...afterTransports,
  },
  '3.16': {
    enable_logging: false,
    default_install_directory: '',
    event_journal_dir: '',
    event_journal_retention_days: 90,
    ...afterTransports,
  },
};

/** The settings that the simulator acts on. */
export interface RootConfig {
  /** Absolute paths of the sockets, in the order in which they get each event; none where events are switched off. */
  readonly sockets: readonly string[];
  /** Event file folder of version 3. */
  readonly journalDir?: string;
  readonly webhook: WebhookConfig;
  readonly saveSeconds: number;
}

export interface WebhookConfig {
  readonly enabled: boolean;
  readonly urls: readonly string[];
  readonly secret: string;
  readonly timeoutSeconds: number;
  readonly retries: number;
}

/** Writes the settings file of a fresh checkout, as KGSM's first command does; answers whether it was missing. */
export function writeMissingConfig(
  root: string,
  values: Readonly<Record<string, ConfigValue>> = {},
): boolean {
  if (existsSync(configPath(root))) return false;
  const { protocolVersion } = readBehaviour(root);
  const all = {
    ...known[protocolVersion],
    ...(protocolVersion === '3.16' ? journalHere(root) : {}),
    ...values,
  };
  writeFileSync(configPath(root), fileOf(all));
  return true;
}

/** The file of KGSM's own defaults beside it, by which one tells what a version knows. */
export function writeDefaults(root: string): void {
  writeFileSync(defaultsPath(root), fileOf(known[readBehaviour(root).protocolVersion]));
}

export function defaultsPath(root: string): string {
  return join(root, 'config.default.ini');
}

function fileOf(values: Readonly<Record<string, ConfigValue>>): string {
  return `[kgsm]\n${Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')}`;
}

/** Not where the real one writes, /var/lib/kgsm/events: a stand-in stays in its root. */
function journalHere(root: string): Readonly<Record<string, ConfigValue>> {
  return { event_journal_dir: join(root, 'events') };
}

export function readConfig(root: string): RootConfig {
  const values = configValues(root);
  const text = (key: string): string => String(values[key] ?? '');
  const { protocolVersion } = readBehaviour(root);
  const common = {
    webhook: {
      enabled: text('enable_webhook_events') === 'true',
      urls: list(text('webhook_urls')),
      secret: text('webhook_secret'),
      timeoutSeconds: Number(text('webhook_timeout_seconds')),
      retries: Number(text('webhook_retry_count')),
    },
    saveSeconds: Number(text('save_command_timeout_seconds')),
  };
  if (protocolVersion === '3.16') {
    const directory = text('event_journal_dir');
    return { ...common, sockets: [], journalDir: directory === '' ? join(root, 'events') : directory };
  }
  if (protocolVersion === '1.7') {
    // The switch is ignored.
    return { ...common, sockets: [posix.join(root, text('EVENTS_SOCKET_FILE'))], saveSeconds: 0 };
  }
  return {
    ...common,
    sockets:
      text('enable_event_broadcasting') === 'true'
        ? // Joined, never resolved: an absolute name ends up below the root in this generation.
          list(text('event_socket_filenames')).map((name) => posix.join(root, name))
        : [],
  };
}

/** All settings in their types: what the file says, else the default. */
export function configValues(root: string): Readonly<Record<string, ConfigValue>> {
  const { protocolVersion } = readBehaviour(root);
  const values: Record<string, ConfigValue> = { ...known[protocolVersion] };
  for (const line of readFileSync(configPath(root), 'utf8').split('\n')) {
    const [, key = '', value = ''] = setting.exec(line) ?? [];
    if (key !== '') values[key] = typed(values[key], value.trim()) ?? value.trim();
  }
  return values;
}

/** Changes one setting, in its line or in a new one. A value that is none for this setting changes nothing. */
export function setConfig(root: string, key: string, value: string): 'done' | 'unknown' | 'refused' {
  const values = configValues(root);
  if (!(key in values)) return 'unknown';
  if (value.includes('\n') || typed(values[key], value) === undefined) return 'refused';
  const lines = readFileSync(configPath(root), 'utf8').trimEnd().split('\n');
  const at = lines.findIndex((line) => setting.exec(line)?.[1] === key);
  lines.splice(at === -1 ? lines.length : at, at === -1 ? 0 : 1, `${key}=${value}`);
  writeFileSync(configPath(root), `${lines.join('\n')}\n`);
  return 'done';
}

export function configPath(root: string): string {
  return join(root, 'config.ini');
}

const setting = /^\s*([A-Za-z_]+)=(.*)$/;

/** A text as a value of the same type as another one; nothing where it is none. */
function typed(like: ConfigValue | undefined, text: string): ConfigValue | undefined {
  if (typeof like === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : undefined;
  if (typeof like === 'number') return /^\d+$/.test(text) ? Number(text) : undefined;
  return text;
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
