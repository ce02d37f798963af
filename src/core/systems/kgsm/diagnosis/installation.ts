import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, posix } from 'node:path';
import { isFields, parsedJson } from '../../reading.ts';
import { runKgsm } from '../program/runKgsm.ts';

/**
 * How a version of KGSM emits: `first` 1.6 and 1.7, `second` 2.0 and 2.1, `lists` 2.2 (several sockets, webhooks),
 * `third` 3.x while it had sockets, `journal` 3.x since.
 */
export type EmitterVersion = 'first' | 'second' | 'lists' | 'third' | 'journal';

/** A KGSM as its folder and its program describe it. */
export interface Installation {
  readonly root: string;
  /** Absent where the configuration alone can tell. */
  readonly protocolVersion: EmitterVersion | undefined;
  readonly configFile: string;
  /** File with KGSM's own defaults. */
  readonly defaultsFile: string;
  /** The command that sets a value, where its program can do it. */
  readonly setter: ((key: string, value: string) => readonly string[]) | undefined;
}

const askTimeoutMs = 10_000;

/** Looks which KGSM is in a folder; its program is asked only where the files cannot tell. */
export async function inspectInstallation(root: string, signal: AbortSignal): Promise<Installation> {
  const has = (name: string): Promise<boolean> =>
    access(join(root, name)).then(
      () => true,
      () => false,
    );
  const old = { root, configFile: join(root, 'config.ini'), defaultsFile: join(root, 'config.default.ini') };
  const program = await has('kgsm.sh');
  const setter = program
    ? (key: string, value: string) => ['--config', '--set', `${key}=${value}`]
    : undefined;
  if (await has('modules/events.socket.sh')) return { ...old, protocolVersion: 'lists', setter };
  if (await has('modules/include/events.sh')) {
    const source = await readFile(join(root, 'modules/include/events.sh'), 'utf8').catch(() => '');
    const protocolVersion = /\bInstanceId\b/.test(source) ? 'first' : 'second';
    return { ...old, protocolVersion, setter: undefined };
  }
  const layout = program ? await askForLayout(root, signal) : undefined;
  if (layout === undefined) return { ...old, protocolVersion: undefined, setter };
  return {
    root,
    protocolVersion: (await has('commands/events.socket.sh')) ? 'third' : 'journal',
    configFile: pathIn(layout, 'KGSM_CONFIG_FILE') ?? (await usual(root, has)),
    defaultsFile: pathIn(layout, 'KGSM_DEFAULT_CONFIG_FILE') ?? old.defaultsFile,
    setter: (key, value) => ['config', 'set', `${key}=${value}`],
  };
}

/** Early versions of 3 had it in their root. */
async function usual(root: string, has: (name: string) => Promise<boolean>): Promise<string> {
  const home = process.env['XDG_CONFIG_HOME'];
  const base = home !== undefined && isAbsolute(home) ? home : join(homedir(), '.config');
  const file = posix.join(base, 'kgsm', 'config.ini');
  const there = await access(file).then(
    () => true,
    () => false,
  );
  return !there && (await has('config.ini')) ? join(root, 'config.ini') : file;
}

async function askForLayout(root: string, signal: AbortSignal): Promise<object | undefined> {
  const { code, stdout } = await runKgsm({
    root,
    args: ['--paths', '--json'],
    timeoutMs: askTimeoutMs,
    signal,
  });
  if (code !== 0) return undefined;
  const layout = parsedJson(stdout);
  return isFields(layout) ? layout : undefined;
}

/** The layout groups its paths; the key is found wherever it stands. */
function pathIn(layout: object, wanted: string): string | undefined {
  for (const [key, value] of Object.entries(layout) as [string, unknown][]) {
    if (key === wanted && typeof value === 'string' && isAbsolute(value)) return value;
    if (typeof value === 'object' && value !== null) {
      const found = pathIn(value, wanted);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
