import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({
  mode: 'installed',
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  files: { 'gsops.jsonc': `// The connection of this window.\n${JSON.stringify([kgsm.connection()])}\n` },
});

it('gsops is a command of every terminal, asks the history of the window, and follows what the window captures', async () => {
  const wb = workbench();
  const written = (name: string): string => {
    const file = join(wb.workspace, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  await wb.openView('Game Servers');
  await wb.treeItem(/Connection Home, Connected/).waitFor();
  await kgsm.send('instance_started', 'valheim-1');
  await wb.treeItem(/valheim-1, running/).waitFor();

  await wb.command('Terminal: Create New Terminal');
  const terminal = wb.page.locator('.terminal-wrapper textarea').first();
  await terminal.waitFor({ state: 'attached' });
  await terminal.focus();
  const type = (line: string): Promise<void> => wb.page.keyboard.type(`${line}\n`);
  await type('gsops --version > version.txt');
  await expect.poll(() => written('version.txt')).toBe(`${manifest.version}\n`);
  await type(`gsops query --count 'type:instance_started' --storage "$GSOPS_STORAGE" > count.txt`);
  await expect.poll(() => written('count.txt')).toBe('{"count":1}\n');

  await type('gsops watch home --config gsops.jsonc --storage "$GSOPS_STORAGE" --seconds 600 > watched.txt');
  await expect.poll(() => written('watched.txt')).toContain('"state":"elsewhere"');
  await kgsm.send('instance_crashed', 'valheim-1', { ExitCode: '139' });
  await expect.poll(() => written('watched.txt')).toContain('"type":"instance_crashed"');
  await wb.page.keyboard.press('Control+C');
  await expect.poll(() => written('watched.txt')).toMatch(/\{"fleet":.*"name":"valheim-1".*\}\n$/);

  await type(`clear; gsops query '' --storage "$GSOPS_STORAGE"; touch shown`);
  await expect.poll(() => existsSync(join(wb.workspace, 'shown'))).toBe(true);
  await wb.screenshots('terminal-query');
});
