import { text } from '../../model/text.ts';
import { tlsAddressOf } from '../../wire/webAddress.ts';
import { emitThroughSession } from '../conversation/emitThroughSession.ts';
import type { Question } from '../operation.ts';
import type { SecretSpec } from '../session.ts';
import type { System } from '../system.ts';
import { parsedJson, shown } from '../reading.ts';
import { trueNasEntries } from './catalog.ts';
import { callQuestion, onlyReads } from './operations/connectionOperations.ts';
import type { TrueNasSession } from './session/trueNasSession.ts';
import { trueNasDecoder } from './decode/decode.ts';
import type { TrueNasContext } from './decode/decoderState.ts';
import { readFrame } from './messages.ts';
import { trueNasOperations } from './operations/operations.ts';
import { rewriteTrueNas } from './rewrite.ts';
import { parseTrueNasSettings, type TrueNasSettings } from './settings.ts';

/** TrueNAS: its middleware over a WebSocket, in either of its two protocols. */
export const trueNas: System<TrueNasSettings, TrueNasContext, TrueNasSession> = {
  id: 'truenas',
  label: 'TrueNAS',
  icon: 'server-environment',
  parseSettings: parseTrueNasSettings,
  pathFields: () => ['ca'],
  decoder: trueNasDecoder,
  alertType: 'alert.list',
  catalog: trueNasEntries,
  fieldTexts: async () => (await import('./fieldTexts.ts')).trueNasFieldTexts,
  operations: trueNasOperations,
  purpose: text(
    'Apps, virtual machines, containers and jails on a TrueNAS CORE or SCALE, through its WebSocket',
  ),
  suggestName: ({ url = '' }) => (URL.canParse(url) ? new URL(url).hostname : undefined),
  form: async () => (await import('./form.ts')).trueNasForm,
  contributes: async () => (await import('./contributes.ts')).trueNasContribution,
  secrets,
  async openSession(settings, environment) {
    const { openTrueNasSession } = await import('./session/session.ts');
    return openTrueNasSession(settings, environment);
  },
  // Methods are called through the conversation that is open; events come from the NAS alone.
  emitTargets: ({ url }) => [url],
  async messageForm(type, place) {
    const { trueNasMessageForm } = await import('./messageForm.ts');
    return trueNasMessageForm(type, place);
  },
  emit: emitThroughSession,
  emitQuestion,
  // Ids of jobs begin again with the NAS, so the task also names the time.
  cancelTask: (systemId) => ({ operation: 'abortJob', input: { job: systemId.split('@')[0] ?? '' } }),
  checkTarget: () => text('Messages are sent through an open connection; make one for the NAS first'),
  rewrite: rewriteTrueNas,
  hostOf: ({ url }) => new URL(url).hostname,
  tlsAddress: ({ url }) => tlsAddressOf(new URL(url)),
  describe: ({ url }) => url,
};

/** Messages that read, subscribe or ask for a sign of life need no question. */
function emitQuestion(bytes: Uint8Array, connection: string): Question | undefined {
  const frame = readFrame(parsedJson(Buffer.from(bytes).toString('utf8')));
  if (frame.frame !== 'call' || onlyReads(frame.method)) return undefined;
  return callQuestion(frame.method, shown(frame.params ?? [], 300), connection);
}

/** A key is tried first, then a token, then the password. */
function secrets({ url, username }: TrueNasSettings): readonly SecretSpec[] {
  const place = { origin: new URL(url).origin, user: username };
  return [
    { kind: 'apiKey', title: text('API Key'), ...place },
    { kind: 'password', title: text('Password'), ...place },
    { kind: 'token', title: text('Token'), ...place },
    { kind: 'oneTimePassword', title: text('One-Time Password'), once: true, ...place },
    // Left by a conversation that began with a one-time password.
    { kind: 'session', title: text('Token'), once: true, ...place },
  ];
}
