import { notifier } from '../../../src/core/systems/notifier/index.ts';
import { NotifierServer, type NotifierServerOptions } from '../../../src/simulator/notifier/server.ts';
import { openConnection, settingsOf, type Given, type Opened } from '../core/opened.ts';
import { identities, pemFolder } from './pem.ts';

export { ready, type Given, type Opened } from '../core/opened.ts';

export interface Rig extends AsyncDisposable {
  readonly server: NotifierServer;
  /** Records that the server read, in their order. */
  readonly records: string[];
  readonly files: ReturnType<typeof pemFolder>;
}

/** A stand-in server that trusts the clients of our authority, with the files that a client needs. */
export async function startServer(options: Partial<NotifierServerOptions> = {}): Promise<Rig> {
  const records: string[] = [];
  const files = pemFolder();
  const running = await NotifierServer.listen({
    revision: 'lax',
    identity: identities.server,
    clientAuthority: identities.authority.cert,
    onRecord: (text) => records.push(text),
    ...options,
  });
  return {
    server: running,
    records,
    files,
    async [Symbol.asyncDispose]() {
      await running.stop();
      files[Symbol.dispose]();
    },
  };
}

/** A connection to the server as a user would have it, started. */
export function openNotifier(rig: Rig, given: Given = {}): Opened {
  const settings = settingsOf(notifier, {
    kind: 'notifier',
    id: 'bell',
    port: rig.server.port,
    ca: rig.files.path('server.crt'),
    cert: rig.files.path('client.crt'),
    key: rig.files.path('client.key'),
    ...given.settings,
  });
  return openConnection(notifier, settings, given);
}
