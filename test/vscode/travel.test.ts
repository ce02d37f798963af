import assert from 'node:assert/strict';
import { commands, type TreeDataProvider } from 'vscode';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { rowId, type Row } from '../../src/ui/tree/treeItems.ts';
import { connectedRoot, eventually, fleetWhere, inside, journalled, send, setConnections } from './inside.ts';

describe('the past in a real VS Code', () => {
  let root = '';

  before(async () => {
    root = await connectedRoot('past');
    // Each is a commit of its own.
    for (const [type, name] of [
      ['instance_stopped', 'quiet'],
      ['instance_stopped', 'mc-1'],
      ['instance_started', 'mc-1'],
      ['instance_stopped', 'mc-1'],
      ['instance_started', 'late'],
    ] as const) {
      const state = type === 'instance_started' ? 'running' : 'stopped';
      await send(root, type, { InstanceName: name });
      await fleetWhere(
        (fleet) => instancesOf(fleet, 'past').some((i) => i.key === name && i.state === state),
        `${name} is ${state}`,
      );
      await journalled();
    }
  });

  after(async () => {
    const { runtime } = await inside();
    runtime.travel.back();
    await setConnections(undefined);
  });

  const row = (key: string): Row => ({ row: 'instance', connection: 'past', kind: 'instance', key });

  /** Rows that the tree draws anew from now on, `all` for the whole tree. */
  async function drawn(): Promise<string[]> {
    const { tree, runtime } = await inside();
    const rows: string[] = [];
    const subscription = tree.onDidChangeTreeData((changed) => {
      for (const each of changed ?? []) rows.push(each.row === 'instance' ? each.key : rowId(each));
      if (!changed) rows.push('all');
    });
    runtime.scope.add(subscription);
    return rows;
  }

  /** Keys of the instances that VS Code reads from now on. */
  function readRows(tree: Pick<TreeDataProvider<Row>, 'getTreeItem'>): readonly string[] {
    const keys: string[] = [];
    const getTreeItem = tree.getTreeItem.bind(tree);
    tree.getTreeItem = (each) => {
      if (each.row === 'instance') keys.push(each.key);
      return getTreeItem(each);
    };
    return keys;
  }

  it('shows every row anew in the past, and between two moments those that changed', async () => {
    const { runtime, tree } = await inside();
    const { travel } = runtime;
    const events = await journalled();
    // Connections of other suites may have ended in between.
    const [, started, stopped] = events.filter(
      ({ connection: id, type, subject }) =>
        id === 'past' && type.startsWith('instance_st') && subject?.key === 'mc-1',
    );
    const rows = await drawn();
    assert.deepEqual(await travel.go({ to: 'event', seq: started?.seq ?? 0 }), { outcome: 'there' });
    await eventually(() => rows.includes('all'), 'all rows are drawn');
    const [connection] = tree.getChildren().filter((each) => each.row === 'connection' && each.id === 'past');
    assert.ok(connection);
    const shown = async (): Promise<string[]> =>
      (await tree.getChildren(connection)).map((each) => {
        const { label, description, contextValue } = tree.getTreeItem(each);
        return [label, description, contextValue].map(String).join(' ');
      });
    assert.deepEqual(await shown(), ['mc-1 Running instance.past', 'quiet Stopped instance.past']);
    const details = async (): Promise<unknown[]> => {
      const [mc] = await tree.getChildren(connection);
      return (await tree.getChildren(mc)).map((each) => tree.getTreeItem(each).label);
    };
    assert.equal((await details())[0], 'Started');
    assert.match(tree.view.message ?? '', /^As of .*, not now\./);
    const read = readRows(tree);
    rows.length = 0;
    assert.deepEqual(await travel.go({ to: 'event', seq: stopped?.seq ?? 0 }), { outcome: 'there' });
    await eventually(
      () => rows.length > 0 || read.includes('mc-1'),
      'the changed row is told of, where VS Code has not read it meanwhile',
    );
    assert.deepEqual(new Set([...rows, 'mc-1']), new Set(['mc-1']));
    assert.deepEqual(await shown(), ['mc-1 Stopped instance.past', 'quiet Stopped instance.past']);
    assert.equal((await details())[0], 'Stopped');
  });

  it('does nothing to a server, whatever is called, until it is left', async () => {
    const { runtime, tree } = await inside();
    const before = (await journalled()).length;
    await commands.executeCommand('gameServerOps.start', row('mc-1'));
    assert.equal((await journalled()).length, before);
    await commands.executeCommand('gameServerOps.backToNow');
    assert.equal(runtime.travel.moment, undefined);
    assert.match(String(tree.getTreeItem(row('mc-1')).contextValue), /^instance\.start\./);
    await eventually(() => (tree.view.message ?? '') === '', 'the tree says nothing of the past');
  });

  it('goes from change to change of one instance by command', async () => {
    const { runtime } = await inside();
    await commands.executeCommand('gameServerOps.previousInstanceChange', row('quiet'));
    const { place, fleet } = runtime.travel.moment ?? {};
    assert.ok(place && fleet);
    assert.deepEqual(
      instancesOf(fleet, 'past').map(({ key, state }) => [key, state]),
      [['quiet', 'stopped']],
    );
    await commands.executeCommand('gameServerOps.nextInstanceChange', row('mc-1'));
    assert.equal(instancesOf(runtime.travel.moment?.fleet ?? fleet, 'past').length, 2);
    // A local replay takes the place of the past.
    runtime.timelines.startReplay('night');
    assert.equal(runtime.travel.moment, undefined);
    runtime.timelines.showLive();
  });
});
