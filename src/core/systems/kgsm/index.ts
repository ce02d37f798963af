import { oneLine, text, type Text } from '../../model/text.ts';
import { SessionError, type SessionEnvironment } from '../session.ts';
import type { KgsmSession } from './session/kgsmSession.ts';
import type { System } from '../system.ts';
import { kgsmEntries } from './catalog.ts';
import { kgsmConsole } from './operations/console.ts';
import { kgsmDecoder } from './decode/decode.ts';
import type { KgsmContext } from './decode/decoderState.ts';
import { kgsmOperations } from './operations/operations.ts';
import { noRoot } from './operations/runCommand.ts';
import { rewriteKgsm } from './rewrite.ts';
import { parseKgsmSettings, type KgsmSettings } from './settings.ts';
import {
  checkKgsmTarget,
  kgsmSecrets,
  kgsmTargetPrompt,
  kgsmTargetSchemes,
  kgsmTargetSecret,
  webhookAddress,
} from './targets.ts';
import type { Transport } from './session/transport.ts';

export const kgsm: System<KgsmSettings, KgsmContext, KgsmSession> = {
  id: 'kgsm',
  label: 'KGSM',
  icon: 'server',
  parseSettings: parseKgsmSettings,
  // A socket is found below the root, where there is one.
  pathFields: ({ root }) => (root === undefined ? ['journalDir', 'socket'] : ['root', 'journalDir']),
  decoder: kgsmDecoder,
  catalog: kgsmEntries,
  fieldTexts: async () => (await import('./fieldTexts.ts')).kgsmFieldTexts,
  operations: kgsmOperations.map((operation) => ({
    ...operation,
    barrier: ({ root }: KgsmSettings) => (root === undefined ? noRoot : undefined),
  })),
  purpose: text(
    'Krystal Game Server Manager: through its event socket, journal or webhooks, and its program',
  ),
  form: async () => (await import('./form.ts')).kgsmForm,
  contributes: async () => (await import('./contributes.ts')).kgsmContribution,
  // Tells this KGSM from others.
  suggestName: ({ root = '' }) => root.split('/').findLast((part) => part !== ''),
  console: kgsmConsole,
  secrets: kgsmSecrets,
  async openSession(settings, environment) {
    const [{ chooseTransport }, { withSnapshots }, { programProblem }] = await Promise.all([
      import('./session/transport.ts'),
      import('./session/snapshot.ts'),
      import('./program/programProblem.ts'),
    ]);
    const problem = settings.root === undefined ? undefined : await programProblem(settings.root);
    if (problem) throw new SessionError(problem, { retry: false, mayPass: true });
    environment.report('connecting', text('Looking how the events come'));
    const transport = await chooseTransport(settings, environment);
    environment.report('connecting', openingOf(transport));
    const session = await open(transport, settings, environment);
    return { ...session, ...withSnapshots(settings.root, environment, session) };
  },
  async *diagnose(settings, environment) {
    const { diagnoseKgsm } = await import('./diagnosis/diagnosis.ts');
    yield* diagnoseKgsm(settings, environment);
  },
  async advise(settings, signal) {
    const { adviseKgsm } = await import('./diagnosis/diagnosis.ts');
    return adviseKgsm(settings, signal);
  },
  // A journal is KGSM's to write: it is no target by itself, only where the user picks it.
  emitTargets: ({ socketPath, webhook }) => {
    if (webhook !== undefined) return [webhookAddress(webhook)];
    return socketPath === undefined ? [] : [socketPath];
  },
  targetPrompt: kgsmTargetPrompt,
  targetSchemes: kgsmTargetSchemes,
  targetSecret: kgsmTargetSecret,
  checkTarget: checkKgsmTarget,
  async messageForm(type, place) {
    const { kgsmMessageForm } = await import('./messageForm.ts');
    return kgsmMessageForm(type, place);
  },
  async wireBytes(address, bytes) {
    const { kgsmWireBytes } = await import('./emit.ts');
    return kgsmWireBytes(address, bytes);
  },
  async emit(address, bytes, environment) {
    const { emitToKgsm } = await import('./emit.ts');
    await emitToKgsm(address, bytes, environment);
  },
  rewrite: rewriteKgsm,
  describe: ({ webhook, socketPath, journalDir, root }) =>
    webhook === undefined ? (socketPath ?? journalDir ?? root ?? '') : webhookAddress(webhook),
};

function openingOf(transport: Transport): Text {
  switch (transport.events) {
    case 'socket':
      return text('Listening on {0}', oneLine(transport.path, 200));
    case 'journal':
      return text('Reading the journal in {0}', oneLine(transport.directory, 200));
    case 'webhook':
      return text('Listening on {0}', webhookAddress(transport.place));
  }
}

/** Each way is loaded when it is taken. */
async function open(
  transport: Transport,
  settings: KgsmSettings,
  environment: SessionEnvironment,
): Promise<KgsmSession> {
  switch (transport.events) {
    case 'socket': {
      const { openSocketSession } = await import('./session/socketSession.ts');
      return openSocketSession(settings, transport.path, environment);
    }
    case 'journal': {
      const { openEventFileSession: openJournalSession } = await import('./session/eventFileSession.ts');
      return openJournalSession(settings, transport.directory, environment);
    }
    case 'webhook': {
      const { openWebhookSession } = await import('./session/webhookSession.ts');
      return openWebhookSession(settings, transport.place, environment);
    }
  }
}
