import { text } from '../../model/text.ts';
import { sendToUnixSocket } from '../../wire/unixSender.ts';
import type { Session, SessionEnvironment, System } from '../system.ts';
import { kgsmEntries } from './catalogEntries.ts';
import { kgsmDecoder } from './decode.ts';
import type { KgsmContext } from './memory.ts';
import { kgsmOperations } from './operations.ts';
import { parseKgsmSettings, type KgsmSettings } from './settings.ts';
import type { Transport } from './transport.ts';

export const kgsm: System<KgsmSettings, KgsmContext> = {
  id: 'kgsm',
  label: 'KGSM',
  icon: 'server',
  parseSettings: parseKgsmSettings,
  decoder: kgsmDecoder,
  catalog: kgsmEntries,
  operations: kgsmOperations,
  async openSession(settings, environment) {
    const [{ chooseTransport }, { withSnapshots }] = await Promise.all([
      import('./transport.ts'),
      import('./snapshot.ts'),
    ]);
    const transport = await chooseTransport(settings, environment);
    return withSnapshots(settings.root, environment, await open(transport, settings, environment));
  },
  // A journal is KGSM's to write; nothing is sent there.
  emitTargets: ({ socketPath }) => (socketPath === undefined ? [] : [socketPath]),
  emit: (address, bytes, signal) => sendToUnixSocket(address, bytes, { signal }),
  checkTarget: (value) => (value.startsWith('/') ? undefined : text('The absolute path of a socket file')),
  describe: ({ socketPath, journalDir, root }) => socketPath ?? journalDir ?? root ?? '',
};

/** Each way is loaded when it is taken. */
async function open(
  transport: Transport,
  settings: KgsmSettings,
  environment: SessionEnvironment,
): Promise<Session> {
  if (transport.events === 'socket') {
    const { openSocketSession } = await import('./session.ts');
    return openSocketSession(settings, transport.path, environment);
  }
  const { openJournalSession } = await import('./journalSession.ts');
  return openJournalSession(settings, transport.directory, environment);
}
