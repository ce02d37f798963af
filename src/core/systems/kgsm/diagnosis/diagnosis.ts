import { oneLine, text, type Text } from '../../../model/text.ts';
import type { DiagnosisEnvironment, Finding } from '../../diagnosis.ts';
import type { Log } from '../../session.ts';
import {
  addSocketName,
  KgsmConfigError,
  readEventConfig,
  sendsTo,
  setWebhookUrl,
  switchOnBroadcasting,
  type EventConfig,
} from './eventConfig.ts';
import { changeFix, finding, offInWords } from './findings.ts';
import type { EmitterVersion } from './installation.ts';
import { diagnoseEventFiles } from './eventFileDiagnosis.ts';
import type { KgsmSettings } from '../settings.ts';
import { diagnoseSocket, nameFinding } from './socketDiagnosis.ts';
import { chooseTransport, type Transport } from '../session/transport.ts';
import { diagnoseWebhook, posted, webhookCaution, webhookTargetOf } from './webhookDiagnosis.ts';

const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const emitterVersions: Readonly<Record<EmitterVersion, string>> = {
  first: '1.6 – 1.7',
  second: '2.0 – 2.1',
  lists: '2.2',
  third: '3.0 – 3.6',
  journal: '3.6 and later',
};

/** Looks step by step why no events come, on the way that they take here: from KGSM's configuration to a test event. */
export async function* diagnoseKgsm(
  settings: KgsmSettings,
  environment: DiagnosisEnvironment,
): AsyncGenerator<Finding, void> {
  const { signal } = environment;
  const transport = await chooseTransport(settings, { log: quiet, signal });
  yield finding('fine', text('How events come'), wayOf(transport));
  const { config, outcome } = await configOf(settings, signal);
  yield outcome;
  signal.throwIfAborted();
  switch (transport.events) {
    case 'socket':
      yield* diagnoseSocket(settings, transport.path, config, environment);
      break;
    case 'journal':
      yield* diagnoseEventFiles(settings, transport.directory, config, environment);
      break;
    case 'webhook':
      yield* diagnoseWebhook(transport.place, config, environment);
      break;
  }
}

/** Reasons in KGSM's configuration why no events come. Changes nothing. */
export async function adviseKgsm(settings: KgsmSettings, signal: AbortSignal): Promise<Finding | undefined> {
  if (settings.root === undefined) return undefined;
  const transport = await chooseTransport(settings, { log: quiet, signal });
  if (transport.events === 'journal') return undefined;
  let config: EventConfig;
  try {
    config = await readEventConfig(settings.root, signal);
  } catch (error) {
    if (KgsmConfigError.is(error)) return undefined;
    throw error;
  }
  return transport.events === 'socket'
    ? adviseSocket(config, transport.path)
    : adviseWebhook(config, webhookTargetOf(transport.place), (url) => posted(url, transport.place));
}

async function adviseSocket(config: EventConfig, path: string): Promise<Finding | undefined> {
  // Another version than one with sockets: nothing that a change here would mend.
  if (!config.sockets) return undefined;
  const off = config.heeded ? config.switches.find(({ on }) => !on) : undefined;
  const named = await sendsTo(config, path);
  if (!off) return named ? undefined : nameFinding(config, path, false);
  const name = named ? undefined : addSocketName(config, path);
  const changes = [...switchOnBroadcasting(config), ...(name ? [name] : [])];
  return finding(
    'wrong',
    text('KGSM does not send its events to sockets'),
    offInWords(config.file, off),
    changeFix(config, changes, text('Switch On Event Broadcasting')),
  );
}

function adviseWebhook(
  config: EventConfig,
  url: string,
  isOurs: (url: string) => boolean,
): Finding | undefined {
  const { webhook } = config;
  if (!webhook || (webhook.switch.on && webhook.urls.items.some(isOurs))) return undefined;
  const changes = setWebhookUrl(config, url, isOurs);
  return finding(
    'wrong',
    text('KGSM does not post its events to this connection'),
    webhook.switch.on
      ? text('{0} is not among its addresses.', url)
      : offInWords(config.file, webhook.switch),
    changeFix(config, changes, text('Post Events Here'), webhookCaution(config)),
  );
}

function wayOf(transport: Transport): Text {
  switch (transport.events) {
    case 'socket':
      return text('Through the socket {0}.', oneLine(transport.path));
    case 'journal':
      return text('From the journal in {0}.', oneLine(transport.directory));
    case 'webhook':
      return text('By webhook to {0}.', webhookTargetOf(transport.place));
  }
}

async function configOf(
  { root }: KgsmSettings,
  signal: AbortSignal,
): Promise<{ readonly config: EventConfig | undefined; readonly outcome: Finding }> {
  const title = text('The configuration of KGSM');
  if (root === undefined) {
    const why = text('There is no "root" in the settings of this connection, so it cannot be looked at.');
    return { config: undefined, outcome: finding('skipped', title, why) };
  }
  try {
    const config = await readEventConfig(root, signal);
    const version = emitterVersions[config.protocolVersion];
    return {
      config,
      outcome: finding('fine', title, text('{0}, of version {1}.', oneLine(config.file), version)),
    };
  } catch (error) {
    if (!KgsmConfigError.is(error)) throw error;
    const why =
      error.reason === 'missing'
        ? text('{0} KGSM makes it with its first command, and "root" must be the folder of KGSM.', error.text)
        : error.text;
    return { config: undefined, outcome: finding('wrong', title, why) };
  }
}
