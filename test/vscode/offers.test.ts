import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from 'vscode';
import { instancesOf } from '../../src/core/model/fleet.ts';
import type { Row } from '../../src/ui/tree/treeItems.ts';
import { startBedrock } from '../unit/simulator/bedrockServer.ts';
import { connectedRoot, eventually, fleetWhere, inside, journalled, send, setConnections } from './inside.ts';
import { Said } from './said.ts';

interface Manifest {
  readonly operations: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command?: string; readonly when?: string }[]>
    >;
  };
}

async function manifest(): Promise<Manifest> {
  const { runtime } = await inside();
  return runtime.context.extension.packageJSON as Manifest;
}

/** Commands in the menu of a row of the tree while nothing is simulated or replayed, by the conditions of the manifest. */
async function inMenu(contextValue: string): Promise<ReadonlySet<string>> {
  const { contributes } = await manifest();
  const holds = (clause: string): boolean => {
    const [, not, pattern] = /^(!?)\(?viewItem =~ \/(.*)\/\)?$/.exec(clause) ?? [];
    if (pattern !== undefined) return new RegExp(pattern).test(contextValue) !== (not === '!');
    if (clause === 'view == gameServerOps.instances') return true;
    assert.match(clause, /^(view == |!gameServerOps\.(simulating|replaying|recording)$)/);
    return clause.startsWith('!');
  };
  const items = contributes.menus['view/item/context'] ?? [];
  return new Set(
    items.flatMap(({ command, when = '' }) =>
      command !== undefined && when.split(' && ').every(holds) ? [command.replace('gameServerOps.', '')] : [],
    ),
  );
}

/** A program in KGSM's place that notes every call but those by which its version is found out. */
function installProgram(root: string): void {
  const program = `#!/bin/sh
[ "$1" != --paths ] || exit 8
[ "$1" != --version ] || { echo 'KGSM, version 2.2.0'; exit 0; }
printf '%s\\n' "$*" >> "${root}/calls"
exit 5
`;
  writeFileSync(join(root, 'kgsm.sh'), program, { mode: 0o755 });
}

/** Events that lead to a state, and what is on offer in it; `test/unit/core/systems/offers` has the whole table. */
const kgsmStates: readonly (readonly [state: string, events: readonly string[], offered: string])[] = [
  ['creating', ['created'], ''],
  ['stopped', ['installed'], 'start backup listBackups restore checkUpdate update remove'],
  ['running', ['started'], 'stop restart save command listBackups checkUpdate'],
  ['ready', ['ready'], 'stop restart save command listBackups checkUpdate'],
  ['crashed', ['crashed'], 'start backup listBackups restore checkUpdate update remove'],
  ['updating', ['update_started'], ''],
];

describe('what is on offer in a real VS Code, and what is told where it is called all the same', () => {
  let said: Said;

  before(async () => {
    said = new Said((await inside()).window);
  });

  after(async () => {
    said[Symbol.dispose]();
    await setConnections(undefined);
  });

  async function ofInstances(): Promise<readonly string[]> {
    const { operations, contributes } = await manifest();
    const whens = contributes.menus['view/item/context'] ?? [];
    return operations.filter((id) =>
      whens.some(
        ({ command, when }) => command === `gameServerOps.${id}` && when?.includes('^instance') === true,
      ),
    );
  }

  /** Calls everything that the menu of a row does not have, and gives what was told of each. */
  async function callAnyway(row: Row, asked: readonly string[], offered: ReadonlySet<string>): Promise<void> {
    for (const id of asked.filter((each) => !offered.has(each))) {
      said.forget();
      await commands.executeCommand(`gameServerOps.${id}`, row);
      assert.equal(said.messages.length, 1, `one message about ${id}: ${said.messages.join(' | ')}`);
      assert.match(said.messages[0] ?? '', /not possible|not on offer|no connection|system|no log/, id);
      assert.equal(said.questions, 0, `nothing is asked for ${id}`);
    }
  }

  it('follows the state of a server, and nothing of the rest reaches KGSM', async () => {
    const root = await connectedRoot('states', installProgram);
    const { tree, runtime } = await inside();
    const calls = (): string =>
      existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8') : '';
    const row: Row = { row: 'instance', connection: 'states', kind: 'instance', key: 'mc-1' };
    const asked = await ofInstances();
    assert.ok(asked.includes('worldReset'), 'operations of other systems are among them');
    for (const [state, events, words] of kgsmStates) {
      for (const event of events) await send(root, `instance_${event}`, { InstanceName: 'mc-1' });
      await fleetWhere(
        (fleet) => instancesOf(fleet, 'states').some((instance) => instance.state === state),
        `mc-1 is ${state}`,
      );
      const offered = await inMenu(tree.getTreeItem(row).contextValue ?? '');
      const expected = words === '' ? [] : words.split(' ');
      assert.deepEqual(asked.filter((id) => offered.has(id)).sort(), [...expected].sort(), state);
      const [before, tasks] = [calls(), runtime.pipeline.fleet().tasks.size];
      await callAnyway(row, asked, offered);
      assert.equal(calls(), before, `nothing was called while it is ${state}`);
      assert.equal(runtime.pipeline.fleet().tasks.size, tasks, `no task began while it is ${state}`);
    }
  });

  it('asks or acts where it is on offer', async () => {
    const row: Row = { row: 'instance', connection: 'states', kind: 'instance', key: 'mc-2' };
    const { tree, runtime } = await inside();
    const root = runtime.connections.get('states')?.settings as unknown as { readonly root: string };
    await send(root.root, 'instance_started', { InstanceName: 'mc-2' });
    await fleetWhere((fleet) => instancesOf(fleet, 'states').length === 2, 'mc-2 is there');
    const offered = await inMenu(tree.getTreeItem(row).contextValue ?? '');
    for (const id of ['stop', 'restart', 'command']) {
      assert.ok(offered.has(id), id);
      said.forget();
      await commands.executeCommand(`gameServerOps.${id}`, row);
      assert.deepEqual([said.questions, said.messages], [1, []], id);
    }
  });

  it('follows the role of the user, and nothing of the rest reaches the server', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.9' });
    const { runtime, tree } = await inside();
    await setConnections([
      { kind: 'bedrock', id: 'roles', name: 'Roles', url: rig.server.url, username: 'guest' },
    ]);
    await fleetWhere((fleet) => fleet.connections.has('roles'), 'the connection is there');
    const connection = runtime.connections.get('roles');
    assert.ok(connection);
    const spec = connection.system.secrets(connection.settings).find(({ kind }) => kind === 'password');
    assert.ok(spec);
    await runtime.secrets.store(connection.system, spec, 'secret');
    await connection.reconnectNow();
    await fleetWhere((fleet) => instancesOf(fleet, 'roles').length === 2, 'both servers');
    const row: Row = { row: 'instance', connection: 'roles', kind: 'instance', key: 'alpha' };
    const offered = await inMenu(tree.getTreeItem(row).contextValue ?? '');
    const asked = await ofInstances();
    assert.deepEqual(
      asked.filter((id) => offered.has(id)),
      [],
    );
    const sent = async (): Promise<number> =>
      (await journalled()).filter(({ type }) => type === 'operation.asked').length;
    const before = await sent();
    await callAnyway(row, asked, offered);
    assert.equal(await sent(), before);
    said.forget();
    await commands.executeCommand('gameServerOps.stop', row);
    assert.match(said.messages.join(), /needs the role moderator, and the role of guest is user/);
  });

  it('tells of commands on a connection why they do not suit it', async () => {
    const { tree } = await inside();
    const row: Row = { row: 'connection', id: 'roles' };
    await commands.executeCommand('gameServerOps.disconnect', row);
    await fleetWhere((fleet) => fleet.connections.get('roles')?.state === 'closed', 'it is closed');
    const offered = await inMenu(tree.getTreeItem(row).contextValue ?? '');
    assert.ok(offered.has('connect'));
    const refusals = { disconnect: /disconnected already/, refresh: /cannot be asked/, diagnose: /examined/ };
    for (const [id, words] of Object.entries(refusals)) {
      assert.ok(!offered.has(id), id);
      said.forget();
      await commands.executeCommand(`gameServerOps.${id}`, row);
      assert.match(said.messages.join(), words);
    }
    said.forget();
    await commands.executeCommand('gameServerOps.subscribe', row);
    assert.deepEqual(said.messages, ['Subscribe to Topic: there is no connection to Roles now.']);
  });

  it('leads to a connection where there is none', async () => {
    await setConnections(undefined);
    await fleetWhere((fleet) => !fleet.connections.has('roles'), 'the connection is gone');
    const { runtime } = await inside();
    await eventually(() => runtime.connections.connections.length === 0, 'no connection is left');
    const { operations } = await manifest();
    const onConnections = [
      'connect',
      'disconnect',
      'refresh',
      'diagnose',
      'editConnection',
      'removeConnection',
    ];
    for (const id of [...operations, ...onConnections, 'logs', 'metrics']) {
      said.forget();
      await commands.executeCommand(`gameServerOps.${id}`);
      assert.equal(said.messages.length, 1, id);
      assert.match(said.messages[0] ?? '', /no connection yet|no game server manager is connected/i, id);
      assert.deepEqual(said.buttons, ['Add Connection…'], id);
    }
  });
});
