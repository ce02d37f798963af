import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliSyntaxOf } from '../../../../../../src/core/systems/kgsm/program/cliSyntax.ts';
import { temporaryFolder } from '../../../../simulator/kgsmRoot.ts';

interface Program {
  /** Output of each option; any other is refused. */
  readonly says: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

const emitter = 'modules/include/events.sh';
const copyright = 'KGSM, version 1.7.3\nCopyright (C) 2024 TheKrystalShip';

it.each<[string, Program, 1 | 2 | 3 | undefined]>([
  ['where its files are', { says: { '--paths': '{"root":"/opt/kgsm"}', '--version': copyright } }, 3],
  ['by a module of sockets', { says: {}, files: { 'modules/events.socket.sh': '' } }, 2],
  ['by the ids in its events', { says: {}, files: { [emitter]: '{"InstanceId": "$1"}' } }, 1],
  ['by the names in its events', { says: {}, files: { [emitter]: '{"InstanceName": "$1"}' } }, 2],
  ['by its version 1', { says: { '--version': copyright }, files: { [emitter]: '' } }, 1],
  ['by its version 2', { says: { '--version': 'KGSM, version 2.2.0' } }, 2],
  ['by the option --install in its help', { says: { '--help': '  --install BLUEPRINT  Install.' } }, 1],
  ['by the option --create in its help', { says: { '--help': '  --create BLUEPRINT  Install.' } }, 2],
  ['nothing at all', { says: { '--help': 'Usage: kgsm.sh OPTION' } }, undefined],
])('the command lines of a program are known that tells %s', async (_, { says, files = {} }, generation) => {
  using folder = temporaryFolder();
  const root = folder.path;
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  const cases = Object.entries(says).map(([option, output]) => `${option}) printf '%s' '${output}' ;;\n`);
  const script = `#!/bin/sh\ncase "$1" in\n${cases.join('')}*) exit 8 ;;\nesac\n`;
  writeFileSync(join(root, 'kgsm.sh'), script, { mode: 0o755 });
  const syntax = await cliSyntaxOf(root, new AbortController().signal);
  expect(syntax?.generation).toBe(generation);
});
