import { randomUUID } from 'node:crypto';
import { isObject } from '../host.ts';
import { objectAt, textAt, type MessageId } from './calls.ts';
import { ofJob } from './dispatcher.ts';
import { callError, endError, errno, jsonRpcError, refusedOf, type Refused } from './errors.ts';
import { noJson, parsed, Conversation } from './line.ts';
import { maySubscribe, type Peer } from './peer.ts';

const jsonrpc = '2.0';
const noMessage = -32_700;
const noRequest = -32_600;

interface Request {
  readonly id: MessageId | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Malformed {
  readonly code: number;
  readonly message: string;
  readonly id: MessageId;
}

/** JSON-RPC 2.0 at `/api/current`. */
export class JsonRpc extends Conversation {
  override tell(body: object): void {
    this.line.send({ jsonrpc, method: 'collection_update', params: body });
  }

  override async receive(text: string): Promise<void> {
    const request = requestOf(text);
    if ('code' in request) {
      const { id, ...error } = request;
      this.line.send({ jsonrpc, error, id });
      return;
    }
    const { id, method, params } = request;
    try {
      await this.dispatcher.admit(this.peer, method);
      // Others may ask while this is worked on.
      void this.#call(request);
    } catch (error) {
      this.#fail(id, refusedOf(error), params);
    }
  }

  async #call({ id, method, params }: Request): Promise<void> {
    try {
      const result = await this.#outcome(method, params, id);
      if (id !== undefined) this.line.send({ jsonrpc, result: result ?? null, id });
    } catch (error) {
      this.#fail(id, refusedOf(error), params);
    }
  }

  async #outcome(method: string, params: readonly unknown[], id: MessageId | undefined): Promise<unknown> {
    if (method === 'core.subscribe') return this.#subscribe(textAt(params, 0));
    if (method === 'core.unsubscribe') return this.#unsubscribe(textAt(params, 0));
    if (method === 'core.set_options') return this.#setOptions(objectAt(params, 0));
    const outcome = await this.dispatcher.call(this.peer, method, params, id);
    if (!outcome.job) return outcome.value;
    return this.peer.options.legacy_jobs ? outcome.job.id : ofJob(outcome.job);
  }

  #fail(id: MessageId | undefined, refused: Refused, params: readonly unknown[]): void {
    if (id === undefined) return;
    this.line.send({ jsonrpc, error: jsonRpcError(refused, this.dispatcher.traits, params), id });
  }

  #subscribe(name: string): string {
    const login = this.#login();
    if (!maySubscribe(login, name)) throw callError('Not authorized', errno.access);
    const id = randomUUID();
    if (!this.sources.has(name)) {
      this.peer.plain.set(id, name);
      this.peer.parts.subscribed?.();
      return id;
    }
    const ended = (refused?: Refused): void => {
      const error = refused ? endError(refused, this.dispatcher.traits, [name]) : null;
      this.line.send({ jsonrpc, method: 'notify_unsubscribed', params: { collection: name, error } });
    };
    try {
      this.sources.start(this.peer, id, name, ended);
      this.peer.parts.subscribed?.();
    } catch (error) {
      // TrueNAS sends the refusal first and then still answers with an id.
      ended(refusedOf(error));
    }
    return id;
  }

  /** Nobody minds an id that is not known. */
  #unsubscribe(id: string): null {
    this.#login();
    this.peer.plain.delete(id);
    this.peer.sources.get(id)?.end();
    return null;
  }

  /** Needs no login: the official client sets its options before it signs in. */
  #setOptions(given: Record<string, unknown>): object {
    const { options } = this.peer;
    for (const key of ['legacy_jobs', 'private_methods', 'py_exceptions'] as const) {
      const value = given[key];
      if (typeof value === 'boolean') options[key] = value;
    }
    return { ...options };
  }

  #login(): NonNullable<Peer['login']> {
    if (!this.peer.login) throw callError('Not authenticated', errno.notAuthenticated);
    return this.peer.login;
  }
}

/** The request in a frame, or the error that answers what is none. */
function requestOf(text: string): Request | Malformed {
  const read = parsed(text);
  if (!read) return { code: noMessage, message: noJson, id: null };
  const { value } = read;
  if (Array.isArray(value))
    return { code: noMessage, message: 'Batch messages are not supported at this time', id: null };
  if (!isObject(value)) return { code: noRequest, message: 'Invalid Message Format', id: null };
  const { id, method, params = [] } = value;
  if (!isMessageId(id))
    return { code: noRequest, message: '`id` member must be of type string, integer or null', id: null };
  const malformed = (message: string): Malformed => ({ code: noRequest, message, id: id ?? null });
  if (value['jsonrpc'] !== jsonrpc) return malformed("Missing or invalid 'jsonrpc' member");
  if (typeof method !== 'string') return malformed("Missing 'method' member");
  if (!Array.isArray(params)) return malformed('`params` must be an array');
  return { id, method, params };
}

function isMessageId(id: unknown): id is MessageId | undefined {
  return id === undefined || id === null || typeof id === 'string' || Number.isInteger(id);
}
