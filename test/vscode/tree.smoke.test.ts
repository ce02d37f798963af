import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commands, MarkdownString, ThemeIcon, TreeItem } from 'vscode';
import { connectedRoot, fleetWhere, inside, journalled, send, sendText, setConnections } from './inside.ts';
import { instancesOf } from '../../src/core/model/fleet.ts';

describe('the tree in a real VS Code', () => {
  let root = '';

  before(async () => {
    root = await connectedRoot('home');
  });

  after(async () => {
    await setConnections(undefined);
  });

  it('registers every contributed command', async () => {
    const known = new Set(await commands.getCommands(true));
    const { runtime } = await inside();
    const { contributes } = runtime.context.extension.packageJSON as {
      readonly contributes: { readonly commands: readonly { readonly command: string }[] };
    };
    const missing = contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  it('shows an instance with state, icon, description and tooltip as soon as its first event came', async () => {
    await send(root, 'instance_created', { InstanceName: 'mc-1', Blueprint: 'minecraft' });
    await send(root, 'instance_installed', { InstanceName: 'mc-1', Blueprint: 'minecraft' });
    await send(root, 'instance_version_updated', {
      InstanceName: 'mc-1',
      OldVersion: '0',
      NewVersion: '1.21',
    });
    await send(root, 'instance_started', { InstanceName: 'mc-1' });
    await fleetWhere((fleet) => instancesOf(fleet, 'home')[0]?.state === 'running', 'mc-1 runs');

    const { tree } = await inside();
    const [connection] = tree.getChildren();
    assert.ok(connection);
    const [row] = await tree.getChildren(connection);
    assert.ok(row);
    const item = tree.getTreeItem(row);
    assert.equal(item.label, 'mc-1');
    assert.equal(item.description, 'Running');
    assert.equal(item.contextValue, 'instance.stop.restart.save.command.listBackups.checkUpdate.logs');
    assert.ok(item.iconPath instanceof ThemeIcon);
    assert.equal(item.iconPath.id, 'debug-start');
    assert.match(item.accessibilityInformation?.label ?? '', /^mc-1, running, on Test home$/);
    const resolved = tree.resolveTreeItem(new TreeItem(''), row);
    assert.ok(resolved.tooltip instanceof MarkdownString);
    assert.match(resolved.tooltip.value, /minecraft/);
    assert.match(resolved.tooltip.value, /1\\\.21/);
  });

  it('says again what was measured when it is measured again, also where it is the same', async () => {
    const { tree, runtime } = await inside();
    const [connection] = tree.getChildren();
    const [row] = await tree.getChildren(connection);
    assert.ok(row?.row === 'instance');
    const measure = (receivedAt: number): void => {
      const { kind, key } = row;
      runtime.metrics.take({ connection: row.connection, receivedAt }, [
        { signal: 'metrics', kind, key, values: { cpu: 7 } },
      ]);
    };
    const drawn = (): Promise<void> =>
      new Promise((resolve) => {
        const subscription = tree.onDidChangeTreeData((rows) => {
          if (rows?.includes(row) === false) return;
          subscription.dispose();
          resolve();
        });
      });
    const described = (): string => String(tree.getTreeItem(row).description);
    // A row whose tooltip was asked for waits with its measurements until it is drawn or the tooltip has been read.
    described();
    const first = drawn();
    measure(Date.now() - 60_000);
    await first;
    assert.equal(described(), 'Running', 'what was measured long ago says nothing of now');
    const again = drawn();
    measure(Date.now());
    await again;
    assert.equal(described(), '7 %');
  });

  it('makes names from outside harmless in label and tooltip', async () => {
    const name = '<img src=x onerror=alert(1)> [a](command:x)\n$(trash)';
    await send(root, 'instance_started', { InstanceName: name });
    await fleetWhere(
      (fleet) => instancesOf(fleet, 'home').some((i) => i.key === name),
      'the odd name is there',
    );
    const { tree } = await inside();
    const [connection] = tree.getChildren();
    const row = (await tree.getChildren(connection)).find((r) => r.row === 'instance' && r.key === name);
    assert.ok(row);
    assert.equal(tree.getTreeItem(row).label, '<img src=x onerror=alert(1)> [a](command:x)\\n$(trash)');
    const { tooltip } = tree.resolveTreeItem(new TreeItem(''), row);
    assert.ok(tooltip instanceof MarkdownString);
    assert.doesNotMatch(tooltip.value, /(?<!\\)[<[]/, 'no markup is left unescaped');
    assert.equal(tooltip.isTrusted, undefined);
  });

  it('keeps what cannot be read in the journal, with its problem, and goes on', async () => {
    await sendText(root, '{ this is no JSON');
    await send(root, 'instance_stopped', { InstanceName: 'mc-1' });
    await fleetWhere(
      (fleet) => instancesOf(fleet, 'home').some((i) => i.key === 'mc-1' && i.state === 'stopped'),
      'mc-1 stopped',
    );
    const unreadable = (await journalled()).find(({ raw }) => raw === '{ this is no JSON');
    assert.equal(unreadable?.type, 'unreadable');
    assert.equal(unreadable.problems.length, 1);
  });

  it('closes the socket and removes its file when the connection is removed', async () => {
    await setConnections([]);
    await fleetWhere((fleet) => !fleet.connections.has('home'), 'the connection is gone');
    assert.equal(existsSync(join(root, 'kgsm.sock')), false);
  });
});
