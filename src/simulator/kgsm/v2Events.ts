import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setConfig } from './config.ts';
import { eventFrom, isKnown, wordsOf } from './eventForms.ts';
import type { Kgsm } from './kgsm.ts';
import type { Command } from './v2.ts';
import { isReachable } from './webhook.ts';

const commands: Readonly<Record<string, Command>> = {
  '--status': (kgsm) => {
    socketStatus(kgsm);
    return webhookStatus(kgsm);
  },
  '--test-all': testAll,
  '--test-socket': testSocket,
  '--socket --test': testSocket,
  '--test-webhook': testWebhook,
  '--webhook --test': testWebhook,
  '--socket --status': socketStatus,
  '--webhook --status': webhookStatus,
  '--socket --enable': (kgsm) => switchTo(kgsm, 'enable_event_broadcasting', true),
  '--socket --disable': (kgsm) => {
    for (const path of kgsm.config.sockets) rmSync(path, { force: true });
    return switchTo(kgsm, 'enable_event_broadcasting', false);
  },
  '--webhook --enable': (kgsm) => switchTo(kgsm, 'enable_webhook_events', true),
  '--webhook --disable': (kgsm) => switchTo(kgsm, 'enable_webhook_events', false),
  '--emit': emit,
};

/** The command line `--events …` of KGSM 2.2. */
export async function v2Events(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [command, action = ''] = args;
  if (command === undefined) return kgsm.error(7, 'events.sh:80 Missing arguments');
  const ofTransport = command === '--socket' || command === '--webhook';
  const run = commands[ofTransport ? `${command} ${action}` : command];
  return run?.(kgsm, args.slice(1)) ?? kgsm.error(8, `events.sh:88 Invalid argument ${args.join(' ')}`);
}

function switchTo(kgsm: Kgsm, key: string, on: boolean): number {
  setConfig(kgsm.root, key, String(on));
  kgsm.info(`events.sh:95 ${key} is ${on}`);
  return 0;
}

/**
 * KGSM listens itself for its test and takes the file of a live listener away. It fails where somebody else is there again
 * before it listens.
 */
async function testSocket(kgsm: Kgsm): Promise<number> {
  const { sockets } = kgsm.config;
  const { socketTestMs } = kgsm.behaviour;
  const removeAll = (): void => {
    for (const path of sockets) rmSync(path, { force: true });
  };
  removeAll();
  await sleep(socketTestMs / 10);
  const tests = await Promise.all(sockets.map((path) => TestListener.start(path)));
  await sleep(socketTestMs);
  const event = {
    type: 'socket_test',
    data: { InstanceName: 'test-instance', Message: 'This is a test socket event from KGSM' },
  };
  await kgsm.deliver(event);
  await sleep(socketTestMs);
  let code = 0;
  for (const test of tests) {
    await test.stop();
    if (test.heard.includes('"socket_test"')) kgsm.info(`Socket test successful for: ${test.path}`);
    else code = kgsm.error(1, `events.socket.sh:340 Socket test failed for ${test.path}: No event received`);
  }
  removeAll();
  if (code !== 0) kgsm.environment.complain('Error 1: General error\n');
  return code;
}

/** The listener that KGSM starts for its socket test. */
class TestListener {
  readonly path: string;
  heard = '';
  readonly #server = createServer((socket) => {
    socket.on('data', (bytes) => (this.heard += bytes.toString()));
    socket.on('error', () => undefined);
  });

  private constructor(path: string) {
    this.path = path;
  }

  /** One that cannot listen hears nothing. */
  static async start(path: string): Promise<TestListener> {
    const test = new TestListener(path);
    await new Promise<void>((resolve) => {
      test.#server.once('error', () => resolve());
      test.#server.listen(path, resolve);
    });
    return test;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }
}

/** Tells the endpoints of an event that never was. */
export async function testWebhook(kgsm: Kgsm): Promise<number> {
  const { enabled, urls } = kgsm.config.webhook;
  if (!enabled) return kgsm.error(1, 'events.webhook.sh:231 Webhook transport is not enabled');
  if (urls.length === 0) return kgsm.error(1, 'events.webhook.sh:238 No webhook URL configured');
  const { printed, delivered } = await kgsm.post({
    type: 'webhook_test',
    data: { InstanceName: 'test-instance', Message: 'This is a test webhook event from KGSM' },
  });
  kgsm.write(printed);
  if (!delivered) return kgsm.error(1, 'events.webhook.sh:276 Webhook test failed');
  kgsm.info('events.webhook.sh:262 Webhook test completed successfully!');
  return 0;
}

async function testAll(kgsm: Kgsm): Promise<number> {
  const { sockets, webhook } = kgsm.config;
  if (sockets.length === 0 && !webhook.enabled)
    return kgsm.error(1, 'events.sh:160 No event transports are enabled');
  const code = sockets.length > 0 ? await testSocket(kgsm) : 0;
  return webhook.enabled ? (await testWebhook(kgsm)) || code : code;
}

function socketStatus(kgsm: Kgsm): number {
  kgsm.write(`Socket transport: ${kgsm.config.sockets.length > 0 ? 'Enabled' : 'Disabled'}\n`);
  for (const path of kgsm.config.sockets) kgsm.write(`  ${path}\n`);
  return 0;
}

/** Asks every endpoint whether it is there, by a request without a body. */
export async function webhookStatus(kgsm: Kgsm): Promise<number> {
  const { enabled, urls, secret, retries, timeoutSeconds } = kgsm.config.webhook;
  kgsm.write(`Webhook transport: ${enabled ? 'Enabled' : 'Disabled'}\n`);
  kgsm.write(`  Timeout: ${timeoutSeconds} seconds\n  Retry count: ${retries}\n`);
  kgsm.write(`  Authentication: ${secret === '' ? 'Disabled' : 'HMAC-SHA256 enabled'}\n`);
  for (const url of urls)
    kgsm.write(`  ${url}: ${(await isReachable(url)) ? 'Reachable' : 'Unreachable or non-responsive'}\n`);
  return 0;
}

/** `--emit --instance-started NAME`, and more of them in one command line. */
async function emit(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  if (args.length === 0) return kgsm.error(7, 'events.sh:520 Missing arguments');
  let code = 0;
  for (let at = 0; at < args.length;) {
    const flag = args[at] ?? '';
    const type = flag.replace(/^--/, '').replaceAll('-', '_');
    if (!flag.startsWith('--') || !isKnown('2.2', type))
      return kgsm.error(8, `events.sh:640 Invalid argument ${flag}`);
    const event = eventFrom(type, args.slice(at + 1, at + 1 + wordsOf(type)));
    at += 1 + wordsOf(type);
    if (event) kgsm.write(await kgsm.deliver(event));
    else code = kgsm.error(1, `events.sh:233 Insufficient parameters for ${type}`);
  }
  return code;
}
