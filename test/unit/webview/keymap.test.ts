import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ownCommands, type CommandSpec } from '../../../src/ui/contributions/commands.ts';
import { keyLabel, KEYMAP } from '../../../src/webview/base/keymap.ts';

const keysOf = (keys: readonly string[]): string =>
  keys.map((key) => `\`${keyLabel(key, false)}\``).join(' ');

describe('the keys of the inspector', () => {
  it('stand in the page about it as the registry has them', () => {
    const page = readFileSync('docs/inspector.md', 'utf8');
    const rowsOf = (isQuery: boolean): string =>
      KEYMAP.filter(({ where }) => (where === 'query') === isQuery)
        .map(({ keys, label }) => `| ${keysOf(keys)} | ${label()} |\n`)
        .join('');
    const tables = [...page.matchAll(/^\| key.*\n\| --- \| --- \|\n((?:\|.*\n)+)/gm)].map(([, rows]) => rows);
    expect(tables).toEqual([rowsOf(true), rowsOf(false)]);
  });

  it('of the workbench are those that its commands have', () => {
    for (const { command, keys, where } of KEYMAP) {
      if (where !== 'workbench') continue;
      const { key } = (ownCommands as Readonly<Record<string, CommandSpec>>)[command]?.keys ?? {};
      expect(
        keys.map((each) => each.toLowerCase().replaceAll('mod', 'ctrl')),
        command,
      ).toEqual([key]);
    }
  });

  it('are written as each system writes them', () => {
    const written = ['Mod+k Mod+Shift+g', 'Ctrl+ ', 'Shift+F8', 'Mod+ ', 'ArrowUp'];
    expect(written.map((key) => keyLabel(key, false))).toEqual([
      'Ctrl+K Ctrl+Shift+G',
      'Ctrl+Space',
      'Shift+F8',
      'Ctrl+Space',
      '↑',
    ]);
    expect(written.map((key) => keyLabel(key, true))).toEqual(['⌘K ⌘⇧G', 'Ctrl+Space', '⇧F8', '⌘Space', '↑']);
  });
});
