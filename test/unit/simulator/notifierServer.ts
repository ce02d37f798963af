import { Connection, type ConnectionOptions } from '../../../src/core/connections/connection.ts';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import { english } from '../../../src/core/model/text.ts';
import { notifier } from '../../../src/core/systems/notifier/index.ts';
import type { SecretKind } from '../../../src/core/systems/system.ts';
import { NotifierServer, type NotifierServerOptions } from '../../../src/simulator/notifier/server.ts';
import { identities, pemFolder } from './pem.ts';
import { core, freeLock, realClock, silentLog, testMemory, type Core } from '../core/helpers.ts';

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

export interface Opened extends Core, AsyncDisposable {
  readonly connection: Connection;
  events(): OpsEvent[];
  /** `type` of everything that is no control message of ours. */
  types(): string[];
  /** States and what was said to them, in their order. */
  states(): string[];
  /** Waits, woken by the pipeline, until this holds. */
  until(wanted: () => boolean): Promise<void>;
}

export interface Given {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Partial<Record<SecretKind, string>>;
  readonly options?: Partial<ConnectionOptions>;
}

/** A connection to the server as a user would have it, started. */
export function openNotifier(rig: Rig, given: Given = {}): Opened {
  const parsed = notifier.parseSettings({
    kind: 'notifier',
    id: 'bell',
    port: rig.server.port,
    ca: rig.files.path('server.crt'),
    cert: rig.files.path('client.crt'),
    key: rig.files.path('client.key'),
    ...given.settings,
  });
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join('; '));
  const parts = core();
  const connection = new Connection({
    ...parts,
    system: notifier,
    settings: parsed.settings,
    lock: freeLock,
    clock: realClock,
    // The shortest waits that there are.
    random: () => 0,
    log: silentLog,
    memory: testMemory,
    secrets: () => (kind) => Promise.resolve(given.secrets?.[kind]),
    host: 'h',
    ...given.options,
  });
  const { pipeline } = parts;
  const seen: OpsEvent[] = [];
  pipeline.subscribe((change) => {
    seen.push(...change.events);
  });
  const events = (): OpsEvent[] => {
    pipeline.flush();
    return seen;
  };
  connection.start();
  return {
    ...parts,
    connection,
    events,
    types: () =>
      events()
        .filter(({ channel }) => channel !== 'control')
        .map(({ type }) => type),
    states: () =>
      events()
        .filter(({ type }) => type === 'connection.state')
        .map(({ raw }) => {
          const { state, detail } = JSON.parse(raw) as {
            state: string;
            detail?: Parameters<typeof english>[0];
          };
          return detail ? `${state}: ${english(detail)}` : state;
        }),
    until: (wanted) =>
      new Promise((resolve) => {
        if (wanted()) {
          resolve();
          return;
        }
        const unsubscribe = pipeline.subscribe(() => {
          if (!wanted()) return;
          unsubscribe();
          resolve();
        });
      }),
    [Symbol.asyncDispose]: () => connection.stop(),
  };
}

/** Waits until the server has let us in. */
export function ready(opened: Opened): Promise<void> {
  return opened.until(() => opened.connection.state === 'ready');
}
