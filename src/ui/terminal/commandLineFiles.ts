import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The program that runs `gsops`, which may be VS Code's Electron, and its script. */
export interface CommandLinePaths {
  readonly node: string;
  readonly script: string;
}

/** Writes the files that a shell finds `gsops` by; those that are right already are left alone. */
export async function writeCommandLineFiles(folder: string, paths: CommandLinePaths): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeIfDifferent(join(folder, 'gsops'), shellScript(paths), 0o755);
  await writeIfDifferent(join(folder, 'gsops.cmd'), batchFile(paths, homedir()), 0o644);
}

/** For all shells of Unix, and for those of Unix on Windows. */
function shellScript({ node, script }: CommandLinePaths): string {
  const quoted = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`;
  return `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(node)} ${quoted(script)} "$@"\n`;
}

/** For cmd and PowerShell. The name of the user stays a variable: cmd reads the file in a code page that may lack its letters. */
export function batchFile({ node, script }: CommandLinePaths, home: string): string {
  const quoted = (path: string): string => {
    const rest = path.toLowerCase().startsWith(`${home.toLowerCase()}\\`)
      ? path.slice(home.length)
      : undefined;
    const escaped = (rest ?? path).replaceAll('%', '%%');
    return `"${rest === undefined ? '' : '%USERPROFILE%'}${escaped}"`;
  };
  return [
    '@echo off',
    'setlocal',
    'set ELECTRON_RUN_AS_NODE=1',
    `${quoted(node)} ${quoted(script)} %*`,
    '',
  ].join('\r\n');
}

/** Replaced at once: another window may read it now. */
async function writeIfDifferent(file: string, content: string, mode: number): Promise<void> {
  const old = await readFile(file, 'utf8').catch(() => undefined);
  if (old === content) return;
  const part = `${file}.${process.pid}`;
  await writeFile(part, content, { mode });
  // The mode that is asked for is cut by the umask.
  await chmod(part, mode);
  await rename(part, file);
}
