import { setTimeout as sleep } from 'node:timers/promises';
import type { CliEnvironment } from './cli.ts';
import { emitTo } from './emit.ts';
import { encodeEvent } from './envelope.ts';
import { readBehaviour, readConfig, type Behaviour, type RootConfig } from './root.ts';
import { InstanceStore } from './state.ts';

/** What all command lines share: the root with its settings, the output, the events. */
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

  write(text: string): void {
    this.environment.write(text);
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

  /** Sends an event to each socket, one after another, and waits for it. Nobody listening is no failure. */
  async emit(type: string, instance: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const event = { type, data: { InstanceName: instance, ...data } };
    const bytes = encodeEvent('2.2', event, { now: this.environment.now(), host: this.behaviour.hostname });
    for (const socket of this.config.sockets) {
      const { complaint, answer } = await emitTo(socket, bytes);
      if (answer !== '') this.write(answer);
      if (complaint !== undefined)
        this.environment.complain(`socat[1] E connect(5, AF=1 "${socket}"): ${complaint}\n`);
    }
  }

  /** Several events with the pause that the real steps take. */
  async emitAll(
    instance: string,
    events: readonly (readonly [type: string, data?: Readonly<Record<string, unknown>>])[],
  ): Promise<void> {
    for (const [index, [type, data]] of events.entries()) {
      if (index > 0) await this.pause();
      await this.emit(type, instance, data);
    }
  }

  async pause(): Promise<void> {
    if (this.behaviour.stepMs > 0) await sleep(this.behaviour.stepMs);
  }
}
