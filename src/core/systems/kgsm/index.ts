import { text } from '../../model/text.ts';
import { sendToUnixSocket } from '../../wire/unixSender.ts';
import type { System } from '../system.ts';
import { kgsmEntries } from './catalogEntries.ts';
import { kgsmDecoder } from './decode.ts';
import type { KgsmContext } from './memory.ts';
import { kgsmOperations } from './operations.ts';
import { parseKgsmSettings, type KgsmSettings } from './settings.ts';

export const kgsm: System<KgsmSettings, KgsmContext> = {
  id: 'kgsm',
  label: 'KGSM',
  icon: 'server',
  parseSettings: parseKgsmSettings,
  decoder: kgsmDecoder,
  catalog: kgsmEntries,
  operations: kgsmOperations,
  async openSession(settings, environment) {
    const [{ openKgsmSession }, { withSnapshots }] = await Promise.all([
      import('./session.ts'),
      import('./snapshot.ts'),
    ]);
    return withSnapshots(settings.root, environment, await openKgsmSession(settings, environment));
  },
  emitTargets: (settings) => [settings.socketPath],
  emit: (address, bytes, signal) => sendToUnixSocket(address, bytes, { signal }),
  checkTarget: (value) => (value.startsWith('/') ? undefined : text('The absolute path of a socket file')),
  describe: (settings) => settings.socketPath,
};
