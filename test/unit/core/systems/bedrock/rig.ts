import type { BedrockSession } from '../../../../../src/core/systems/bedrock/session/bedrockSession.ts';
import { bedrock } from '../../../../../src/core/systems/bedrock/index.ts';
import type { BedrockSettings } from '../../../../../src/core/systems/bedrock/settings.ts';
import type { BedrockServerOptions } from '../../../../../src/simulator/bedrock/options.ts';
import { BedrockServer } from '../../../../../src/simulator/bedrock/server.ts';
import { openConnection, settingsOf, type Given, type Opened as Base } from '../../opened.ts';

export { failed, ready, type Given } from '../../opened.ts';

/** All that takes seconds in the real program, fast. */
const quick = {
  spawnMs: 1,
  startMs: 5,
  stopMs: 5,
  afterStopMs: 2,
  warnMs: 1,
  backupMs: 5,
  turnMs: 60_000,
  installMs: 5,
  monitorMs: 20,
  logMs: 10,
  pollMs: 3_600_000,
  authMs: 200,
} as const;

export const password = 'hunter2-the-password';

export async function startServer(
  options: Partial<BedrockServerOptions> = {},
): Promise<BedrockServer & AsyncDisposable> {
  const server = await BedrockServer.listen({
    protocolVersion: '3.10',
    timing: quick,
    users: [
      { name: 'admin', password, role: 'admin' },
      { name: 'mod', password, role: 'moderator' },
      { name: 'guest', password, role: 'user' },
    ],
    servers: [
      { name: 'alpha', version: '1.21.100.7' },
      { name: 'beta', version: '1.21.100.7' },
    ],
    ...options,
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

export interface Opened extends Base {
  readonly settings: BedrockSettings;
  /** `name state` of every instance. */
  servers(): string[];
  conversation(): BedrockSession;
}

/** A connection to the server as a user would have it, started. */
export function open(url: string, given: Given = {}): Opened {
  const entry = { kind: 'bedrock', id: 'mc', name: 'MC', url, username: 'admin', ...given.settings };
  const settings = settingsOf(bedrock, entry);
  const opened = openConnection(bedrock, settings, { ...given, secrets: given.secrets ?? { password } });
  return {
    ...opened,
    settings,
    servers: () => opened.instances().map((line) => line.slice(line.indexOf(' ') + 1)),
    conversation() {
      const { session } = opened.connection;
      if (!session) throw new Error('there is a session');
      return session as BedrockSession;
    },
  };
}
