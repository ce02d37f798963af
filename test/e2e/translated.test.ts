import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const kgsm = new KgsmRoot();
const extensionPath = mkdtempSync(join(tmpdir(), 'gl-'));

/** Texts in a language that nobody speaks: marked at both ends, and half as long again, as some languages are. */
function translated(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, `⟦${text}${'·'.repeat(text.length / 2)}⟧`]),
  );
}

beforeAll(() => {
  // VS Code knows an extension by the place of its files: links would lead out of it.
  for (const name of ['package.json', 'package.nls.json', 'dist', 'media'])
    cpSync(join(ROOT, name), join(extensionPath, name), { recursive: true });
  mkdirSync(join(extensionPath, 'l10n'));
  for (const [from, to] of [
    ['package.nls.json', 'package.nls.de.json'],
    ['l10n/bundle.l10n.json', 'l10n/bundle.l10n.de.json'],
  ] as const) {
    const texts = JSON.parse(readFileSync(join(ROOT, from), 'utf8')) as Record<string, string>;
    writeFileSync(join(extensionPath, to), JSON.stringify(translated(texts)));
  }
});
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
  rmSync(extensionPath, { recursive: true, force: true });
});
const workbench = useWorkbench({
  mode: 'development',
  extensionPath,
  firstRun: true,
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  prepare: (page) => page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = 'de'`).then(() => undefined),
});

/** Names of what a user meets that hold no translated part. */
async function untranslated(found: Locator): Promise<readonly string[]> {
  const names = await found.evaluateAll((all) =>
    (all as { getAttribute(name: string): string | null; textContent: string | null }[]).map(
      (each) => each.getAttribute('aria-label') ?? each.getAttribute('title') ?? each.textContent ?? '',
    ),
  );
  expect(names).not.toEqual([]);
  return names.map((name) => name.trim()).filter((name) => /[a-z]/i.test(name) && !name.includes('⟦'));
}

it('every text can be translated: in tree, menus, status bar, questions and inspector', async () => {
  const wb = workbench();
  await wb.page
    .locator('.activitybar')
    .getByRole('tab', { name: /Game Servers/ })
    .click();
  await expect.poll(() => existsSync(kgsm.socket)).toBe(true);
  await kgsm.send('instance_crashed', 'mc-1', { ExitCode: 139 });
  await wb.treeItem(/mc-1/).waitFor();
  expect(await untranslated(wb.page.locator('.pane-body [role=treeitem]'))).toEqual([]);
  await wb.treeItem(/mc-1/).click({ button: 'right' });
  expect(
    await untranslated(
      wb.page.locator('.monaco-menu .action-item:not(.disabled) .action-label:not(.separator)'),
    ),
  ).toEqual([]);
  await wb.screenshot('translated-menu');
  await wb.page.keyboard.press('Escape');
  await wb.page.locator('.statusbar-item', { hasText: '⟦0 up' }).click();
  await wb.quickItem(/⟦Crashed/).waitFor();
  expect(await untranslated(wb.page.locator('.quick-input-list .monaco-list-row'))).toEqual([]);
  await wb.screenshot('translated-overview');
  await wb.pick('⟦Add Connection');
  await wb.quickItem(/KGSM/).waitFor();
  expect(await untranslated(wb.page.locator('.quick-input-list .monaco-list-row'))).toEqual([]);
  await wb.page.keyboard.press('Escape');
  await wb.page.keyboard.press('Control+K');
  await wb.page.keyboard.press('Control+G');
  const inspector = wb.viewFrame();
  await inspector.getByRole('row').nth(1).waitFor();
  await inspector.locator('.shell:not(.early)').waitFor();
  for (const role of ['button', 'columnheader', 'grid', 'switch', 'combobox'] as const)
    expect(await untranslated(inspector.getByRole(role))).toEqual([]);
  await wb.screenshot('translated-inspector');
});
