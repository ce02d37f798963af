import assert from 'node:assert/strict';
import { Uri, workspace } from 'vscode';
import { prefix } from '../../src/ui/contributions/commandIds.ts';
import { inside } from './inside.ts';

interface Keybinding {
  readonly command: string;
  readonly key: string;
  readonly when?: string;
}

describe('the keys of the commands, in a real VS Code', () => {
  it('are none that VS Code itself has where ours hold', async () => {
    await inside();
    const defaults = await workspace.openTextDocument(Uri.parse('vscode://defaultsettings/keybindings.json'));
    const bindings = JSON.parse(defaults.getText().replaceAll(/^\s*\/\/.*$/gm, '')) as readonly Keybinding[];
    const own = bindings.filter(({ command }) => command.startsWith(prefix));
    assert.ok(own.length >= 4, 'ours are among them');
    for (const { key, when } of own) {
      if (when !== undefined) continue;
      const same = bindings.filter((each) => each.key === key && !each.command.startsWith(prefix));
      assert.deepEqual(same, [], key);
    }
  });
});
