import { identityFiles } from '../notifier/identityFiles.ts';
import type { Revision } from '../notifier/messages.ts';
import { NotifierServer } from '../notifier/server.ts';
import { namedGeneration } from './generations.ts';
import type { OpenVirtualSystem } from './virtualSystem.ts';

export const revisions: readonly Revision[] = ['seed', 'early', 'lax', 'strict'];
/** Connections at a time. The real server takes two, which would leave little to try. */
export const capacity = 1000;

/**
 * A notification server whose events come from a recording. It has no state to set: nobody can ask for its clients, and the
 * instances of hosts that it relays are told of in messages alone.
 */
export const openVirtualNotifier: OpenVirtualSystem = async (options) => {
  const { folder, port = 0, host, clients, protocolVersion, now } = options;
  // A recording shows no revision. The strict one lets in those alone who have the certificate that was made for this server.
  const revision = namedGeneration('A notification server', revisions, protocolVersion) ?? 'strict';
  const files = identityFiles(folder);
  const server = await NotifierServer.listen({
    ...{ revision, port, clients, capacity },
    ...{ identity: files.identity, clientAuthority: files.clientAuthority },
    ...(host === undefined ? {} : { host }),
    ...(now ? { now } : {}),
    // The first revision dies of what it does not know, and somebody starts it again.
    restartAfterMs: 2000,
  });
  return {
    settings: { ...files.settings(server, revision) },
    put: () => undefined,
    remove: () => undefined,
    isPushed: ({ channel, direction, bytes }) => channel === 'push' && direction === 'in' && bytes.length > 0,
    push: ({ bytes }) => server.sendRaw(bytes),
    stop: () => server.stop(),
  };
};
