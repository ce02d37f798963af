import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { commands } from 'vscode';
import { viewIds } from '../../src/ui/contributions/ids.ts';
import { fleetWhere, inside, setConnections } from './inside.ts';

/** An address at which nobody listens. */
async function emptyAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${String(port)}`;
}

/** Looks at the same thing again make an attempt every 2 s at most; a shorter wait would end by itself as soon. */
const longWaitMs = 3000;

describe('a connection that waits, in a real VS Code', () => {
  after(async () => {
    await setConnections(undefined);
  });

  it('tries at once when its tree is shown', async () => {
    await commands.executeCommand('workbench.view.explorer');
    const url = await emptyAddress();
    await setConnections([{ kind: 'bedrock', id: 'away', name: 'Away', url }]);
    const fleet = await fleetWhere(({ connections }) => {
      const { state, retryAt = 0, since = 0 } = connections.get('away') ?? {};
      return state === 'waiting' && retryAt - since >= longWaitMs;
    }, 'a long wait');
    const { retryAt = 0 } = fleet.connections.get('away') ?? {};
    const { runtime } = await inside();
    const tried = new Promise<number>((resolve) => {
      const unsubscribe = runtime.pipeline.subscribe('test', ({ events }) => {
        const attempt = events.find(
          ({ connection, raw }) => connection === 'away' && raw.includes('"state":"connecting"'),
        );
        if (!attempt) return;
        unsubscribe();
        resolve(attempt.receivedAt);
      });
    });
    await commands.executeCommand(`${viewIds.instances}.focus`);
    assert.ok((await tried) < retryAt, 'it did not wait to the end');
  });
});
