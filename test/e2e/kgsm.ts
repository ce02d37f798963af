import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendToUnixSocket } from '../../src/core/wire/unixSender.ts';
import { socatListening } from '../harness/socat.ts';

/** An event as KGSM 2.2 writes it. */
export function kgsmEvent(
  type: string,
  instance: string,
  data: Readonly<Record<string, unknown>> = {},
): string {
  const event = {
    EventType: type,
    Data: { InstanceName: instance, ...data },
    Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    Hostname: 'gamehost',
    KGSMVersion: 'unknown',
  };
  return `${JSON.stringify(event, null, 2)}\n`;
}

/** A KGSM folder for one test file, removed with it. */
export class KgsmRoot {
  readonly path = mkdtempSync(join(tmpdir(), 'kg-'));

  get socket(): string {
    return join(this.path, 'kgsm.sock');
  }

  /** Settings of a connection to this KGSM; without a program in the folder they name the socket alone, and nothing is operated. */
  connection(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    const place = existsSync(join(this.path, 'kgsm.sh')) ? { root: this.path } : { socket: this.socket };
    return { kind: 'kgsm', id: 'home', name: 'Home', ...place, ...fields };
  }

  /** Puts a program there that knows nothing but its version: KGSM can be operated, and does nothing. */
  installProgram(): void {
    const program = '#!/bin/sh\n[ "$1" = --version ] || exit 5\necho "KGSM, version 2.2.0"\n';
    writeFileSync(join(this.path, 'kgsm.sh'), program, { mode: 0o755 });
  }

  /** Sends one event as KGSM 2.2 writes it. */
  async send(type: string, instance: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.sendText(kgsmEvent(type, instance, data));
  }

  async sendText(text: string): Promise<void> {
    await sendToUnixSocket(this.socket, Buffer.from(text));
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** `socat` as the listener of somebody's bot: writes down all that it receives. */
export class SocatListener {
  readonly socket: string;
  readonly #process: ChildProcess;
  readonly #output: string;

  private constructor(socket: string, output: string, process: ChildProcess) {
    this.socket = socket;
    this.#output = output;
    this.#process = process;
  }

  static async start(folder: string): Promise<SocatListener> {
    const socket = join(folder, 'bot.sock');
    const output = join(folder, 'bot.out');
    const process = await socatListening(socket, `OPEN:${output},creat,append`);
    return new SocatListener(socket, output, process);
  }

  get received(): string {
    return existsSync(this.#output) ? readFileSync(this.#output, 'utf8') : '';
  }

  async dispose(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
  }
}

/** Messages of the connections of a recording, in order. */
export function recorded(name: string): string[] {
  return readFileSync(new URL(`../wire/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text);
}
