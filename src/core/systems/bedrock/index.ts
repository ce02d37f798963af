import { text } from '../../model/text.ts';
import { tlsAddressOf } from '../../wire/webAddress.ts';
import { emitThroughSession } from '../conversation/emitThroughSession.ts';
import type { SecretSpec } from '../session.ts';
import type { System } from '../system.ts';
import { bedrockEntries } from './catalog.ts';
import { bedrockCurl } from './curl.ts';
import { bedrockConsole } from './operations/console.ts';
import type { BedrockSession } from './session/bedrockSession.ts';
import { bedrockDecoder } from './decode/decode.ts';
import type { BedrockContext } from './decode/decoderState.ts';
import { bedrockOperations } from './operations/operations.ts';
import { rewriteBedrock } from './rewrite.ts';
import { parseBedrockSettings, socketAddress, type BedrockSettings } from './settings.ts';

/** Bedrock Server Manager: REST calls and a WebSocket with topics. */
export const bedrock: System<BedrockSettings, BedrockContext, BedrockSession> = {
  id: 'bedrock',
  label: 'Bedrock Server Manager',
  icon: 'symbol-method',
  parseSettings: parseBedrockSettings,
  pathFields: () => ['ca'],
  decoder: bedrockDecoder,
  catalog: bedrockEntries,
  fieldTexts: async () => (await import('./fieldTexts.ts')).bedrockFieldTexts,
  operations: bedrockOperations,
  purpose: text('Minecraft Bedrock servers of a Bedrock Server Manager, through its web address'),
  suggestName: ({ url = '' }) => (URL.canParse(url) ? new URL(url).hostname : undefined),
  form: async () => (await import('./form.ts')).bedrockForm,
  contributes: async () => (await import('./contributes.ts')).bedrockContribution,
  secrets,
  async openSession(settings, environment) {
    const { openBedrockSession } = await import('./session/session.ts');
    return openBedrockSession(settings, environment);
  },
  console: bedrockConsole,
  curl: bedrockCurl,
  // Messages of a client go through the open session; events come from the server alone.
  emitTargets: (settings) => [socketAddress(settings)],
  async messageForm(type) {
    const { bedrockMessageForm } = await import('./messageForm.ts');
    return bedrockMessageForm(type);
  },
  emit: emitThroughSession,
  checkTarget: () => text('Messages are sent through an open connection; make one for the server first'),
  rewrite: rewriteBedrock,
  hostOf: ({ url }) => new URL(url).hostname,
  tlsAddress: ({ url }) => tlsAddressOf(new URL(url)),
  describe: ({ url }) => url,
};

/** Good for this address with its path: behind one proxy there may be several. */
function secrets({ url, username }: BedrockSettings): readonly SecretSpec[] {
  return [
    { kind: 'password', title: text('Password'), origin: url, user: username },
    { kind: 'token', title: text('Token'), origin: url, user: username },
  ];
}
