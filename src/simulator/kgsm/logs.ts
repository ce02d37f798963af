import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../../core/wire/systemError.ts';
import { fileNameOf, type InstanceState } from './state.ts';

/** The folder of an instance. A name that would lead out of the install directory stands there disguised. */
export function directoryOf({ name, installDir }: Pick<InstanceState, 'name' | 'installDir'>): string {
  return join(installDir, folderName(name));
}

export function logFileOf(instance: Pick<InstanceState, 'name' | 'installDir'>): string {
  return join(directoryOf(instance), 'logs', `${folderName(instance.name)}.log`);
}

/** A start begins a new log; the one before is kept under another name, so that a reader has to follow the name. */
export function beginLog(instance: InstanceState, now: number): void {
  const file = logFileOf(instance);
  mkdirSync(dirname(file), { recursive: true });
  try {
    renameSync(file, `${file}.${new Date(now).toISOString().replaceAll(':', '-')}`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  logLine(instance, now, `${instance.blueprint} ${instance.version} server starting`);
}

export function logLine(instance: InstanceState, now: number, text: string): void {
  const file = logFileOf(instance);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `[${new Date(now).toISOString().slice(11, 19)}] [Server] ${text}\n`);
}

/** A line of the console, and what the server has to say to it. */
export function answerConsole(instance: InstanceState, now: number, line: string): void {
  const file = logFileOf(instance);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `> ${line}\n`);
  logLine(instance, now, answerTo(instance, line));
}

function answerTo({ players = [] }: InstanceState, line: string): string {
  const [verb = '', ...words] = line.trim().replace(/^\//, '').split(/\s+/);
  switch (verb) {
    case 'say':
      return `<Server> ${words.join(' ')}`;
    case 'list':
      return `There are ${players.length} of a max of 20 players online: ${players.join(', ')}`;
    case 'save-all':
    case 'save':
      return 'Saved the game';
    default:
      return `Unknown command: ${verb}`;
  }
}

/** The last lines of the log, with their newlines; nothing where there is none. */
export function lastLines(instance: InstanceState, count: number): string {
  try {
    const lines = readFileSync(logFileOf(instance), 'utf8').split('\n').slice(0, -1);
    return lines
      .slice(-count)
      .map((line) => `${line}\n`)
      .join('');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Deletes what was written here and nothing else: the install directory may be anybody's. */
export function removeLogs(instance: InstanceState): void {
  const file = logFileOf(instance);
  try {
    for (const name of readdirSync(dirname(file))) {
      const path = join(dirname(file), name);
      if (path === file || path.startsWith(`${file}.`)) rmSync(path);
    }
    rmdirSync(dirname(file));
    rmdirSync(directoryOf(instance));
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error;
  }
}

function folderName(name: string): string {
  return /^\.{0,2}$/.test(name) ? `_${name}` : fileNameOf(name);
}
