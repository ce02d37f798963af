import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { batchFile, writeCommandLineFiles } from '../../../../src/ui/terminal/commandLineFiles.ts';
import { temporaryFolder } from '../../simulator/kgsmRoot.ts';

const run = promisify(execFile);

describe('the files that a shell finds gsops by', () => {
  it('run the script as Node, with all arguments, whatever the paths are called', async () => {
    using folder = temporaryFolder(`it's "odd" $HOME ü`);
    mkdirSync(folder.path);
    const node = join(folder.path, 'no de');
    // A stand-in for Electron, which is told by the environment to be Node.
    writeFileSync(node, '#!/bin/sh\nprintf "%s|" "$ELECTRON_RUN_AS_NODE" "$@"\n');
    chmodSync(node, 0o755);
    const bin = join(folder.path, 'bin');
    await writeCommandLineFiles(bin, { node, script: join(folder.path, 'gsops.js') });
    const { stdout } = await run(join(bin, 'gsops'), ['query', "is:failed 'x y'", '']);
    expect(stdout).toBe(`1|${join(folder.path, 'gsops.js')}|query|is:failed 'x y'||`);
  });

  it('are written again only where they would be different', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'gsops');
    await writeCommandLineFiles(folder.path, { node: '/node', script: '/old.js' });
    utimesSync(file, 1, 1);
    await writeCommandLineFiles(folder.path, { node: '/node', script: '/old.js' });
    expect(statSync(file).mtimeMs).toBe(1000);
    await writeCommandLineFiles(folder.path, { node: '/node', script: '/new.js' });
    expect(readFileSync(file, 'utf8')).toContain('/new.js');
    expect(statSync(file).mode & 0o777).toBe(0o755);
    expect(readdirSync(folder.path).sort()).toEqual(['gsops', 'gsops.cmd']);
  });

  it('keep the letters of a user name out of the file for Windows', () => {
    const paths = {
      node: String.raw`C:\Users\Jürgen\AppData\Local\Programs\Microsoft VS Code\Code.exe`,
      script: String.raw`D:\100%\gsops.js`,
    };
    expect(batchFile(paths, String.raw`C:\Users\Jürgen`)).toBe(
      [
        '@echo off',
        'setlocal',
        'set ELECTRON_RUN_AS_NODE=1',
        String.raw`"%USERPROFILE%\AppData\Local\Programs\Microsoft VS Code\Code.exe" "D:\100%%\gsops.js" %*`,
        '',
      ].join('\r\n'),
    );
  });
});
