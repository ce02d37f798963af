import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { defaultArrangement, type Arrangement } from '../../src/core/model/arrangement.ts';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { rowId, type Row } from '../../src/ui/tree/treeItems.ts';
import { connectedRoot, eventually, fleetWhere, inside, send, setConnections } from './inside.ts';

describe('the arranged tree in a real VS Code', () => {
  let root = '';

  const row = (key: string): Row => ({ row: 'instance', connection: 'arranged', kind: 'instance', key });
  const group = (name: string): Row => ({ row: 'group', connection: 'arranged', group: name });
  const connection: Row = { row: 'connection', id: 'arranged' };

  async function become(key: string, state: 'running' | 'stopped' | 'failed'): Promise<void> {
    const type = state === 'running' ? 'instance_started' : `instance_${state}`;
    await send(root, type, { InstanceName: key });
    await fleetWhere(
      (fleet) => instancesOf(fleet, 'arranged').some((each) => each.key === key && each.state === state),
      `${key} is ${state}`,
    );
  }

  /** Arranges the tree and waits until it is read anew. */
  async function arrange(arrangement: Partial<Arrangement> | undefined): Promise<void> {
    const { tree } = await inside();
    const drawn = new Promise<void>((resolve) => {
      const subscription = tree.onDidChangeTreeData((rows) => {
        if (rows) return;
        subscription.dispose();
        resolve();
      });
    });
    await tree.arrangement.keep(arrangement && { ...defaultArrangement, ...arrangement });
    await drawn;
  }

  /** Ids of the rows that are drawn anew until these are among them; `all` for the whole tree. */
  async function drawnUntil(...expected: readonly Row[]): Promise<ReadonlySet<string>> {
    const { tree } = await inside();
    const ids = new Set<string>();
    const subscription = tree.onDidChangeTreeData((rows) => {
      for (const each of rows ?? []) ids.add(rowId(each));
      if (!rows) ids.add('all');
    });
    try {
      await eventually(() => expected.every((each) => ids.has(rowId(each))), 'these rows are drawn');
    } finally {
      subscription.dispose();
    }
    return ids;
  }

  function idsOf(...rows: readonly Row[]): ReadonlySet<string> {
    return new Set(rows.map(rowId));
  }

  before(async () => {
    root = await connectedRoot('arranged');
    const { tree } = await inside();
    const [hint] = await tree.getChildren(connection);
    assert.ok(hint, 'a connection without servers leads on');
    const { label, command } = tree.getTreeItem(hint);
    assert.deepEqual([label, command?.command], ['No server yet. Install one…', 'gameServerOps.install']);
    for (const key of ['mc-1', 'mc-2', 'ark-1']) {
      await send(root, 'instance_installed', { InstanceName: key, Blueprint: key.slice(0, -2) });
      await become(key, 'stopped');
    }
  });

  after(async () => {
    const { tree } = await inside();
    await tree.arrangement.keep(undefined);
    await setConnections(undefined);
  });

  it('has groups between connection and instances, from top to bottom and back', async () => {
    await arrange({ group: 'game' });
    const { tree } = await inside();
    const groups = await tree.getChildren(connection);
    assert.deepEqual(groups, [group('ark'), group('mc')]);
    const [ark, mc] = groups;
    assert.ok(ark && mc);
    assert.deepEqual(tree.getChildren(mc), [row('mc-1'), row('mc-2')]);
    assert.equal(tree.getParent(row('mc-2')), mc, 'the same object, by which VS Code knows it');
    assert.deepEqual(tree.getParent(mc), connection);
    const { id, description, accessibilityInformation } = tree.getTreeItem(mc);
    assert.deepEqual([id, description], [rowId(mc), '0 of 2 up']);
    assert.equal(accessibilityInformation?.label, 'Group mc, 0 of 2 up');
  });

  it('has servers of this machine, which name no host, in its group', async () => {
    await arrange({ group: 'host' });
    const { tree } = await inside();
    assert.deepEqual(await tree.getChildren(connection), [group(hostname())]);
  });

  it('draws the row that changed and the count of its group', async () => {
    await arrange({ group: 'game' });
    const drawn = drawnUntil(row('mc-1'), group('mc'));
    await become('mc-1', 'running');
    assert.deepEqual(await drawn, idsOf(row('mc-1'), group('mc')));
  });

  it('draws the connection of an instance that changes its group', async () => {
    await arrange({ group: 'state' });
    const drawn = drawnUntil(connection);
    await become('mc-1', 'failed');
    assert.deepEqual(await drawn, idsOf(connection));
    const { tree } = await inside();
    assert.deepEqual(tree.getParent(row('mc-1')), group('problem'));
  });

  it('draws nothing for an instance that the filter hides', async () => {
    await arrange({ text: 'ark' });
    const drawn = drawnUntil(row('ark-1'));
    await become('mc-1', 'running');
    await become('ark-1', 'failed');
    assert.deepEqual(await drawn, idsOf(row('ark-1')));
  });

  it('says how many servers a filter shows, but nothing over the welcome text where there is none', async () => {
    const { tree } = await inside();
    await arrange({ text: 'mc' });
    assert.equal(tree.view.message, '2 of 3 servers: "mc". Clear Filter shows all.');
    await arrange({ text: 'nothing such' });
    assert.deepEqual(tree.getChildren(), []);
    assert.equal(tree.view.message ?? '', '');
  });

  it('shows a connection that is not connected, whatever the filter hides', async () => {
    const { tree, runtime } = await inside();
    await arrange({ text: 'nothing such' });
    await runtime.connections.get('arranged')?.stop();
    await eventually(() => tree.getChildren().length === 1, 'it is there');
    runtime.connections.get('arranged')?.start();
    await fleetWhere(
      (fleet) => fleet.connections.get('arranged')?.state === 'ready',
      'it is connected again',
    );
  });

  it('is as it was before once nothing is arranged any more', async () => {
    await arrange(undefined);
    const { tree } = await inside();
    assert.deepEqual(tree.getChildren(connection), [row('ark-1'), row('mc-1'), row('mc-2')]);
    assert.equal(tree.arrangement.rows, undefined);
  });
});
