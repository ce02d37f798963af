import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backupsOf } from '../../../../../../src/core/systems/kgsm/program/cliQueries.ts';
import { temporaryFolder } from '../../../journal/store/helpers.ts';

/** The root of a KGSM 2 that answers every question with a line of a shell. */
function rootAnswering(line: string): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'modules'));
  writeFileSync(join(root, 'modules/events.socket.sh'), '');
  writeFileSync(join(root, 'kgsm.sh'), `#!/bin/sh\n[ "$1" != --paths ] || exit 8\n${line}\n`);
  chmodSync(join(root, 'kgsm.sh'), 0o755);
  return root;
}
const never = new AbortController().signal;

it('lists the backups of an instance, the newest first', async () => {
  for (const backups of [
    ['mc-1-1.0-2026-11-01T03:00:00.backup', 'mc-1-1.1-2026-11-20T18:06:41.backup.tar.gz'],
    ['mc-1-20261101T030000Z-a1b2c3', 'mc-1-20261120T180641Z-00ff00'],
  ]) {
    const root = rootAnswering(`echo '${JSON.stringify({ status: false, backups })}'`);
    expect(await backupsOf(root, 'mc-1', never)).toEqual(backups.toReversed());
  }
});

it('fails where KGSM gives no list, in its words', async () => {
  const root = rootAnswering('echo "ERROR: Instance mc-1 not found" >&2; exit 5');
  await expect(backupsOf(root, 'mc-1', never)).rejects.toMatchObject({ reason: 'refused' });
});
