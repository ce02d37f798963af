import { randomUUID } from 'node:crypto';
import { objectAt, textAt, type MessageId } from './calls.ts';
import { ofJob, type Dispatcher } from './dispatcher.ts';
import { callError, endError, errno, jsonRpcError, refusedOf, type Refused } from './errors.ts';
import { isObject } from './json.ts';
import { noJson, parsed, type Conversation, type Line } from './line.ts';
import { maySubscribe, type Peer } from './peer.ts';
import type { Sources } from './sources.ts';

const jsonrpc = '2.0';
const noMessage = -32_700;
const noRequest = -32_600;

interface Request {
  readonly id: MessageId | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** JSON-RPC 2.0 at `/api/current`. */
export class JsonRpc implements Conversation {
  readonly #line: Line;
  readonly #peer: Peer;
  readonly #dispatcher: Dispatcher;
  readonly #sources: Sources;

  constructor(line: Line, peer: Peer, dispatcher: Dispatcher, sources: Sources) {
    this.#line = line;
    this.#peer = peer;
    this.#dispatcher = dispatcher;
    this.#sources = sources;
  }

  tell(body: object): void {
    this.#line.send({ jsonrpc, method: 'collection_update', params: body });
  }

  async receive(text: string): Promise<void> {
    const request = this.#read(text);
    if (!request) return;
    const { id, method, params } = request;
    try {
      await this.#dispatcher.admit(this.#peer, method);
      // Others may ask while this is worked on.
      void this.#call(request);
    } catch (error) {
      this.#fail(id, refusedOf(error), params);
    }
  }

  /** A request, after everything that is none was answered. */
  #read(text: string): Request | undefined {
    const read = parsed(text);
    if (!read) {
      this.#wrong(null, noMessage, noJson);
      return;
    }
    const { value } = read;
    if (Array.isArray(value)) {
      this.#wrong(null, noMessage, 'Batch messages are not supported at this time');
      return;
    }
    if (!isObject(value)) {
      this.#wrong(null, noRequest, 'Invalid Message Format');
      return;
    }
    const { id, method, params = [] } = value;
    const known = id === undefined || id === null || typeof id === 'string' || Number.isInteger(id);
    if (!known) {
      this.#wrong(null, noRequest, '`id` member must be of type string, integer or null');
      return;
    }
    const shown = (id ?? null) as MessageId;
    if (value['jsonrpc'] !== jsonrpc) {
      this.#wrong(shown, noRequest, "Missing or invalid 'jsonrpc' member");
      return;
    }
    if (typeof method !== 'string') {
      this.#wrong(shown, noRequest, "Missing 'method' member");
      return;
    }
    if (!Array.isArray(params)) {
      this.#wrong(shown, noRequest, '`params` must be an array');
      return;
    }
    return { id: id as MessageId | undefined, method, params };
  }

  #wrong(id: MessageId, code: number, message: string): undefined {
    this.#line.send({ jsonrpc, error: { code, message }, id });
    return undefined;
  }

  async #call({ id, method, params }: Request): Promise<void> {
    try {
      const result = await this.#outcome(method, params, id);
      if (id !== undefined) this.#line.send({ jsonrpc, result: result ?? null, id });
    } catch (error) {
      this.#fail(id, refusedOf(error), params);
    }
  }

  async #outcome(method: string, params: readonly unknown[], id: MessageId | undefined): Promise<unknown> {
    if (method === 'core.subscribe') return this.#subscribe(textAt(params, 0));
    if (method === 'core.unsubscribe') return this.#unsubscribe(textAt(params, 0));
    if (method === 'core.set_options') return this.#setOptions(objectAt(params, 0));
    const outcome = await this.#dispatcher.call(this.#peer, method, params, id);
    if (!outcome.job) return outcome.value;
    return this.#peer.options.legacy_jobs ? outcome.job.id : ofJob(outcome.job);
  }

  #fail(id: MessageId | undefined, refused: Refused, params: readonly unknown[]): void {
    if (id === undefined) return;
    this.#line.send({ jsonrpc, error: jsonRpcError(refused, this.#dispatcher.traits, params), id });
  }

  #subscribe(name: string): string {
    const login = this.#login();
    if (!maySubscribe(login, name)) throw callError('Not authorized', errno.access);
    const id = randomUUID();
    if (!this.#sources.has(name)) {
      this.#peer.plain.set(id, name);
      return id;
    }
    const ended = (refused?: Refused): void => {
      const error = refused ? endError(refused, this.#dispatcher.traits, [name]) : null;
      this.#line.send({ jsonrpc, method: 'notify_unsubscribed', params: { collection: name, error } });
    };
    try {
      this.#sources.start(this.#peer, id, name, ended);
    } catch (error) {
      // It is refused first and granted after that.
      ended(refusedOf(error));
    }
    return id;
  }

  /** Nobody minds an id that is not known. */
  #unsubscribe(id: string): null {
    this.#login();
    this.#peer.plain.delete(id);
    this.#peer.sources.get(id)?.end();
    return null;
  }

  #setOptions(given: Record<string, unknown>): object {
    this.#login();
    const { options } = this.#peer;
    for (const key of ['legacy_jobs', 'private_methods', 'py_exceptions'] as const) {
      const value = given[key];
      if (typeof value === 'boolean') options[key] = value;
    }
    return { ...options };
  }

  #login(): NonNullable<Peer['login']> {
    if (!this.#peer.login) throw callError('Not authenticated', errno.notAuthenticated);
    return this.#peer.login;
  }
}
