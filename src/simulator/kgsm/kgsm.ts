import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBehaviour, type Behaviour } from './behaviour.ts';
import { readConfig, type RootConfig } from './config.ts';
import { emitTo } from './emit.ts';
import { encodeEvent, eventText, type KgsmEvent, type Surroundings } from './envelope.ts';
import { appendToEventFile } from './eventFiles.ts';
import type { Launch } from './root.ts';
import { InstanceStore } from './state.ts';
import { postEvent } from './webhook.ts';

export interface CliEnvironment {
  readonly root: string;
  readonly launch: Launch;
  /** KGSM_EVENT_ACTOR and KGSM_EVENT_ORIGIN name the caller in version 3. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  write(text: string): void;
  complain(text: string): void;
  now(): number;
}

/** The value of an option such as `--name N`; nothing where the option is missing. */
export function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args[at + 1];
}

type EventData = Readonly<Record<string, unknown>>;

/** The root with its settings, output and events, shared by all command lines. */
export class Kgsm {
  readonly environment: CliEnvironment;
  readonly root: string;
  readonly store: InstanceStore;
  readonly config: RootConfig;
  readonly behaviour: Behaviour;

  constructor(environment: CliEnvironment) {
    this.environment = environment;
    this.root = environment.root;
    this.store = new InstanceStore(this.root);
    this.config = readConfig(this.root);
    this.behaviour = readBehaviour(this.root);
  }

  now(): number {
    return this.environment.now();
  }

  write(text: string): void {
    this.environment.write(text);
  }

  json(value: unknown): void {
    this.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  /** One line for each entry of a record. */
  lines(entries: Readonly<Record<string, unknown>>, line: (key: string, value: unknown) => string): void {
    const lines = Object.entries(entries).map(([key, value]) => `${line(key, value)}\n`);
    this.write(lines.join(''));
  }

  /** A line for people. KGSM puts its script and line before each. */
  info(text: string): void {
    this.write(`[INFO] ${text}\n`);
  }

  /** An error line; answers the exit code. */
  error(code: number, text: string): number {
    this.environment.complain(`[ERROR] ${text}\n`);
    return code;
  }

  /** Tells an event by every transport that is on, and waits for it. That nobody takes it is no failure. */
  async emit(type: string, instance: string, data: EventData = {}): Promise<void> {
    this.write(await this.deliver({ type, data: { InstanceName: instance, ...data } }));
  }

  /** Several events with the pause that the real steps take. */
  async emitAll(
    instance: string,
    events: readonly (readonly [type: string, data?: EventData])[],
  ): Promise<void> {
    for (const [index, [type, data]] of events.entries()) {
      if (index > 0) await this.pause();
      await this.emit(type, instance, data);
    }
  }

  /** Like `emit`; answers what the transports print in the midst of the output instead of printing it. */
  async deliver(event: KgsmEvent): Promise<string> {
    const around = this.#surroundings();
    if (this.config.journalDir !== undefined) this.#record(this.config.journalDir, event, around);
    const printed = await Promise.all([this.#toSockets(event, around), this.#toWebhooks(event, around)]);
    return printed.join('');
  }

  async pause(): Promise<void> {
    if (this.behaviour.stepMs > 0) await sleep(this.behaviour.stepMs);
  }

  #surroundings(): Surroundings {
    const { env = {} } = this.environment;
    const around = { now: this.now(), host: this.behaviour.hostname };
    if (this.behaviour.protocolVersion !== '3.16') return around;
    const { KGSM_EVENT_ACTOR: actor = '', KGSM_EVENT_ORIGIN: origin = '' } = env;
    return {
      ...around,
      // KGSM falls back to its user for the actor, and never guesses the origin.
      actor: actor === '' ? userInfo().username : actor,
      origin: origin === '' ? null : origin,
    };
  }

  #record(directory: string, event: KgsmEvent, around: Surroundings): void {
    try {
      appendToEventFile(directory, encodeEvent('3.16', event, around), around.now);
    } catch {
      this.environment.complain(`[ERROR] Failed to append the event to the journal at ${directory}\n`);
    }
  }

  /** One socket after another: a slow listener delays the rest. */
  async #toSockets(event: KgsmEvent, around: Surroundings): Promise<string> {
    let printed = '';
    if (this.config.sockets.length === 0) return printed;
    const bytes = encodeEvent(this.behaviour.protocolVersion, event, around);
    for (const socket of this.config.sockets) {
      const { complaint, answer } = await emitTo(socket, bytes);
      printed += answer;
      if (complaint !== undefined)
        this.environment.complain(`socat[1] E connect(5, AF=1 "${socket}"): ${complaint}\n`);
    }
    return printed;
  }

  async #toWebhooks(event: KgsmEvent, around: Surroundings): Promise<string> {
    const { enabled } = this.config.webhook;
    return enabled ? (await this.post(event, around)).printed : '';
  }

  /** Posts an event, whether webhooks are on or not. */
  async post(
    event: KgsmEvent,
    around = this.#surroundings(),
  ): Promise<{ readonly printed: string; readonly delivered: boolean }> {
    const { protocolVersion, retryMs } = this.behaviour;
    const { webhook } = this.config;
    const body = eventText(protocolVersion, event, around);
    const posted = await postEvent(body, { config: webhook, retryMs, now: () => this.now() });
    const tries = webhook.retries + 1;
    let printed = '';
    for (const { url, delivered, failures } of posted) {
      for (const [index, failure] of failures.entries()) {
        this.environment.complain(
          index < tries - 1
            ? `[WARNING] Webhook request failed (attempt ${index + 1}/${tries}), retrying in ${2 ** index}s: ${failure}\n`
            : `[ERROR] Webhook request failed after ${tries} attempts to ${url}: ${failure}\n`,
        );
      }
      // In version 2 this goes where the results go.
      if (delivered && protocolVersion === '2.2')
        printed += `[INFO] events.webhook.sh:127 Webhook event sent successfully to ${url}\n`;
    }
    return { printed, delivered: posted.every(({ delivered }) => delivered) };
  }
}
