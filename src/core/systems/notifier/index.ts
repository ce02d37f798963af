import { text } from '../../model/text.ts';
import { emitThroughSession } from '../conversation/emitThroughSession.ts';
import type { SecretSpec } from '../session.ts';
import type { System } from '../system.ts';
import { notifierEntries } from './catalog.ts';
import type { NotifierSession } from './notifierSession.ts';
import { notifierDecoder } from './decode.ts';
import type { NotifierContext } from './decoderState.ts';
import { notifierOperations } from './operations.ts';
import { rewriteNotifier } from './rewrite.ts';
import { addressOf, parseNotifierSettings, type NotifierSettings } from './settings.ts';

/** The TLS notification server: JSON events over mutual TLS. */
export const notifier: System<NotifierSettings, NotifierContext, NotifierSession> = {
  id: 'notifier',
  label: 'TLS notification server',
  icon: 'bell',
  parseSettings: parseNotifierSettings,
  pathFields: () => ['ca', 'cert', 'key'],
  decoder: notifierDecoder,
  catalog: notifierEntries,
  fieldTexts: async () => (await import('./fieldTexts.ts')).notifierFieldTexts,
  operations: notifierOperations,
  purpose: text(
    'A server that passes JSON events between its clients over mutual TLS; events of KGSM among them',
  ),
  suggestName: ({ host }) => host,
  form: async () => (await import('./form.ts')).notifierForm,
  contributes: async () => (await import('./contributes.ts')).notifierContribution,
  secrets,
  async openSession(settings, environment) {
    const { openNotifierSession } = await import('./session.ts');
    return openNotifierSession(settings, environment);
  },
  // The server takes events from clients that it let in, so the way to it is the conversation that is open.
  emitTargets: (settings) => [addressOf(settings)],
  async messageForm(type, place) {
    const { notifierMessageForm } = await import('./messageForm.ts');
    return notifierMessageForm(type, place);
  },
  async wireBytes(_address, bytes) {
    const { oneEvent } = await import('./eventLine.ts');
    return oneEvent(bytes).line;
  },
  emit: emitThroughSession,
  checkTarget: () => text('Events are sent through an open connection; make one for the server first'),
  rewrite: rewriteNotifier,
  hostOf: ({ host }) => host,
  tlsAddress: ({ host, port, serverName }) => ({ host, port, serverName }),
  describe: addressOf,
};

function secrets(settings: NotifierSettings): readonly SecretSpec[] {
  const { key } = settings;
  const token: SecretSpec = { kind: 'token', title: text('Token'), origin: addressOf(settings), user: '' };
  if (key === undefined) return [token];
  return [{ kind: 'passphrase', title: text('Passphrase of the key'), origin: key, user: '' }, token];
}
