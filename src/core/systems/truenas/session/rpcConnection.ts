import { randomUUID } from 'node:crypto';
import { oneLine, text } from '../../../model/text.ts';
import { WebSocketConnection, type WebSocketEnd, type WebSocketMessage } from '../../../wire/webSocket.ts';
import { closedError, ConversationError, unsuitable } from '../../conversation/conversationError.ts';
import { frameProblems } from '../../conversation/frameProblems.ts';
import { trustOf } from '../../conversation/serverTrust.ts';
import type { SessionEnvironment } from '../../session.ts';
import { Calls } from './calls.ts';
import { isSource } from '../catalog.ts';
import { type Fields, isFields, named, parsedJson } from '../../reading.ts';
import { baseOf, failureOf, keyOf, readFrame, type Frame, type Protocol } from '../messages.ts';
import { callFrame, maxSaidLength, paths } from './protocol.ts';
import { isSecretMethod, withoutResult } from '../redact.ts';
import type { TrueNasSettings } from '../settings.ts';

const openTimeoutMs = 15_000;
const greetingMs = 10_000;
const callMs = 60_000;
const subscribeMs = 15_000;

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** Asked of our own accord, again and again: the journal marks it. */
  readonly isNoise?: boolean;
}

export interface RpcConnectionParts {
  readonly settings: TrueNasSettings;
  readonly environment: SessionEnvironment;
  readonly ca: string | undefined;
  readonly protocol: Protocol;
  /** Called for every message. */
  onHeard(): void;
  onEvent(event: Extract<Frame, { frame: 'event' }>): void;
  /** The end of a subscription, by its event or by its id. */
  onEnd(name: string, error: unknown): void;
  /** A call was refused because nobody is signed in. */
  onUnauthenticated(): void;
}

/** A WebSocket on which calls are answered and events come, in either protocol. Everything on it is journalled. */
export class RpcConnection {
  readonly protocol: Protocol;
  readonly ended: Promise<WebSocketEnd>;
  readonly #parts: RpcConnectionParts;
  readonly #calls: Calls;
  readonly #prefix = randomUUID().slice(0, 8);
  readonly #greeting = Promise.withResolvers<undefined>();
  /** Ends of sources that we asked for and that the NAS has not told yet, by name. */
  readonly #leaving = new Map<string, number>();
  #wire: WebSocketConnection | undefined;
  #count = 0;

  private constructor(parts: RpcConnectionParts, ended: Promise<WebSocketEnd>) {
    const { environment } = parts;
    this.#parts = parts;
    this.protocol = parts.protocol;
    this.ended = ended;
    this.#calls = new Calls(environment.clock);
    this.#greeting.promise.catch(() => undefined);
  }

  /** Opens, and greets where the protocol wants that. Rejects with an error of the wire or a ConversationError. */
  static async open(parts: RpcConnectionParts): Promise<RpcConnection> {
    const { settings, environment, ca, protocol } = parts;
    const over = Promise.withResolvers<WebSocketEnd>();
    const rpc = new RpcConnection(parts, over.promise);
    const wire = await WebSocketConnection.open({
      url: settings.url + paths[protocol],
      ...trustOf(settings, ca),
      timeoutMs: openTimeoutMs,
      maxMessageBytes: settings.maxMessageBytes,
      signal: environment.signal,
      onMessage: (message) => rpc.#take(message),
    });
    rpc.#wire = wire;
    void wire.ended.then((end) => {
      const closed = closedError();
      rpc.#greeting.reject(closed);
      rpc.#calls.end(closed);
      over.resolve(end);
    });
    if (protocol === 'ddp') await rpc.#greet();
    return rpc;
  }

  /** Calls a method; resolves with its result. Rejects with a ConversationError, or with the reason of the signal. */
  call(method: string, params: readonly unknown[], options: CallOptions = {}): Promise<unknown> {
    return this.begin(method, params, options).answer;
  }

  /** Like `call`, with the id of the call, by which the job that does it may name it. */
  begin(
    method: string,
    params: readonly unknown[],
    options: CallOptions = {},
  ): { readonly id: string; readonly answer: Promise<unknown> } {
    const id = this.#id();
    const frame = callFrame(this.protocol, id, method, params);
    const answer = this.#calls.run(
      {
        id,
        isSecret: isSecretMethod(method),
        isNoise: options.isNoise === true,
        timeoutMs: options.timeoutMs ?? callMs,
        send: () => this.#say(frame, options.isNoise),
      },
      options.signal,
    );
    return { id, answer };
  }

  /** A job does this call: its answer may take as long as the job, and it is no burden for the NAS any more. */
  takesLong(id: string): void {
    this.#calls.takesLong(id);
  }

  /** Asks for an event; resolves with the id of the subscription. */
  async subscribe(name: string): Promise<string> {
    if (this.protocol === 'jsonrpc') {
      const id = await this.call('core.subscribe', [name], { timeoutMs: subscribeMs });
      return keyOf(id) ?? '';
    }
    const id = this.#id();
    await this.#calls.run({
      id,
      isSecret: false,
      timeoutMs: subscribeMs,
      send: () => this.#say({ id, msg: 'sub', name }),
    });
    return id;
  }

  async unsubscribe(name: string, id: string): Promise<void> {
    if (isSource(baseOf(name))) this.#leaving.set(name, (this.#leaving.get(name) ?? 0) + 1);
    if (this.protocol === 'jsonrpc') await this.call('core.unsubscribe', [id], { timeoutMs: subscribeMs });
    // Plain events have no answer at all; what sources answer comes as the end of their event.
    else await this.#say({ id, msg: 'unsub' });
  }

  /** Sends a message as it is; the journal has it already. */
  async send(raw: string): Promise<void> {
    if (!this.#wire) throw closedError();
    try {
      await this.#wire.send(raw);
    } catch (error) {
      throw closedError(error);
    }
  }

  async close(): Promise<void> {
    await this.#wire?.close();
  }

  terminate(): void {
    this.#wire?.terminate();
  }

  async #greet(): Promise<void> {
    const cancel = this.#parts.environment.clock.after(greetingMs, () => {
      this.#greeting.reject(new ConversationError('noAnswer', text('The NAS did not answer the greeting.')));
    });
    try {
      await this.#say({ msg: 'connect', version: '1', support: ['1'] });
      await this.#greeting.promise;
    } catch (error) {
      this.terminate();
      throw error;
    } finally {
      cancel();
    }
  }

  #id(): string {
    return `${this.#prefix}-${String(++this.#count)}`;
  }

  async #say(frame: Fields, isNoise = false): Promise<void> {
    const raw = JSON.stringify(frame);
    if (raw.length > maxSaidLength)
      throw unsuitable(text('Not sent: a message may have {0} characters.', maxSaidLength));
    const { environment } = this.#parts;
    environment.deliver({
      channel: 'request',
      direction: 'out',
      bytes: Buffer.from(raw),
      receivedAt: environment.clock.now(),
      ...(isNoise ? { noise: true } : {}),
    });
    await this.send(raw);
  }

  #take(message: WebSocketMessage): void {
    const { environment } = this.#parts;
    this.#parts.onHeard();
    const value = message.truncated ? undefined : parse(message.bytes);
    const frame = readFrame(value);
    const id = 'id' in frame ? keyOf(frame.id) : undefined;
    const secret = frame.frame === 'result' && id !== undefined && this.#calls.isSecret(id);
    const { bytes, size, truncated } = message;
    environment.deliver({
      channel: channelOf(frame),
      direction: 'in',
      bytes: secret && isFields(value) ? withoutResult(value) : bytes,
      size,
      truncated,
      receivedAt: environment.clock.now(),
      problems: frameProblems(message),
      ...(id !== undefined && this.#calls.isNoise(id) ? { noise: true } : {}),
    });
    this.#route(frame, id);
  }

  #route(frame: Frame, id: string | undefined): void {
    switch (frame.frame) {
      case 'connected':
        this.#greeting.resolve(undefined);
        return;
      case 'failed':
        this.#greeting.reject(
          new ConversationError('refused', text('The NAS does not speak this version of the protocol.')),
        );
        return;
      case 'result':
        if (id !== undefined) this.#calls.settle(id, frame.result);
        return;
      case 'error':
        if (id !== undefined) this.#calls.refuse(id, frame.error);
        if (failureOf(frame.error).unauthenticated) this.#parts.onUnauthenticated();
        return;
      case 'ready':
        for (const each of frame.ids) this.#calls.settle(each, null);
        return;
      case 'nosub': {
        const name = named(frame.collection) ?? id;
        if (name !== undefined && !this.#isOurEnd(name, frame.error))
          this.#parts.onEnd(name, frame.error ?? undefined);
        // The oldest releases refuse by the id of the subscription.
        if (id !== undefined) this.#calls.refuse(id, frame.error ?? { reason: oneLine(name ?? '–') });
        return;
      }
      case 'event':
        this.#parts.onEvent(frame);
        return;
      default:
    }
  }

  /** True where a source ended because we gave it up. */
  #isOurEnd(name: string, error: unknown): boolean {
    const leaving = this.#leaving.get(name) ?? 0;
    if (leaving === 0 || (error !== undefined && error !== null)) return false;
    if (leaving === 1) this.#leaving.delete(name);
    else this.#leaving.set(name, leaving - 1);
    return true;
  }
}

function parse(bytes: Uint8Array): unknown {
  return parsedJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}

function channelOf(frame: Frame): 'push' | 'reply' | 'metric' | 'log' {
  if (frame.frame !== 'event') return frame.frame === 'unknown' || frame.frame === 'none' ? 'push' : 'reply';
  const name = baseOf(named(frame.collection) ?? '');
  if (!isSource(name)) return 'push';
  return name.includes('log') ? 'log' : 'metric';
}
