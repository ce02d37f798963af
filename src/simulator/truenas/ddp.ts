import { isObject } from '../host.ts';
import { pythonRepr } from '../python.ts';
import type { MessageId } from './calls.ts';
import { bare, callError, ddpError, errno, refusedOf, type Refused } from './errors.ts';
import { internalError, invalidText, noJson, parsed, Conversation } from './line.ts';
import { maySubscribe } from './peer.ts';

type Message = Readonly<Record<string, unknown>>;

/** The legacy protocol at `/websocket`. */
export class Ddp extends Conversation {
  #connected = false;

  override tell(body: object): void {
    this.line.send(body);
  }

  override async receive(text: string): Promise<void> {
    const message = this.#read(text);
    if (!message) return;
    const { msg } = message;
    if (!('msg' in message)) this.#failOnMissing('msg');
    else if (msg === 'connect') this.#connect(message);
    else if (!this.#connected) this.line.send({ msg: 'failed', version: '1' });
    else if (msg === 'method') await this.#method(message);
    else if (msg === 'sub') this.#subscribe(message);
    else if (msg === 'unsub') this.#unsubscribe(message);
    else if (msg === 'ping' && this.dispatcher.traits.pong)
      this.line.send({ msg: 'pong', ...('id' in message ? { id: message['id'] } : {}) });
  }

  #read(text: string): Message | undefined {
    const { nonObject } = this.dispatcher.traits;
    const read = parsed(text);
    if (!read) this.line.close(invalidText, noJson);
    else if (isObject(read.value)) return read.value;
    else if (nonObject === 'drop') this.line.drop();
    else if (Array.isArray(read.value))
      this.line.close(invalidText, 'Batch messages are not supported at this time');
    else this.line.close(invalidText, 'Invalid Message Format');
    return undefined;
  }

  #connect({ version }: Message): void {
    if (version !== '1') {
      this.line.send({ msg: 'failed', version: '1' });
      return;
    }
    this.#connected = true;
    this.line.send({ msg: 'connected', session: this.peer.parts.session });
  }

  async #method(message: Message): Promise<void> {
    const { method, params = [] } = message;
    try {
      if (typeof method !== 'string')
        throw callError("Message is malformed: 'method' is absent.", errno.invalid);
      if (!Array.isArray(params))
        throw callError('Message is malformed: `params` must be a list.', errno.invalid);
      await this.dispatcher.admit(this.peer, method);
      // Others may ask while this is worked on.
      void this.#call(message, method, params);
    } catch (error) {
      this.#fail(message, refusedOf(error));
    }
  }

  async #call(message: Message, method: string, params: readonly unknown[]): Promise<void> {
    try {
      const id = message['id'] as MessageId | undefined;
      const { job, ...answer } = await this.dispatcher.call(this.peer, method, params, id);
      const result = job ? job.id : 'value' in answer ? (answer.value ?? null) : null;
      if (id !== undefined) this.line.send({ id, msg: 'result', result });
    } catch (error) {
      this.#fail(message, refusedOf(error));
    }
  }

  /** Nobody hears of the failure of what has no id. */
  #fail({ id, params }: Message, refused: Refused): void {
    if (id === undefined) return;
    this.line.send({ msg: 'result', id, error: ddpError(refused, this.dispatcher.traits, params) });
  }

  #subscribe(message: Message): void {
    const { id, name } = message;
    if (id === undefined || typeof name !== 'string') {
      this.#failOnMissing(id === undefined ? 'id' : 'name');
      return;
    }
    const { traits } = this.dispatcher;
    const { login, plain, sources } = this.peer;
    if (!login || (traits.roles && !maySubscribe(login, name))) {
      const words = traits.roles ? 'Not authorized' : 'Not authenticated';
      this.#fail({ id }, bare(words, errno.access));
      return;
    }
    if (!this.sources.has(name)) {
      plain.set(id as string | number, name);
      this.line.send({ msg: 'ready', subs: [id] });
      this.peer.parts.subscribed?.();
      return;
    }
    if (typeof id !== 'string') {
      this.line.close(internalError, 'sequence item 1: expected str instance, int found');
      return;
    }
    if (traits.nosub === 'id' && [...sources.values()].some((run) => run.name === name)) {
      this.line.send({ msg: 'nosub', id, error: { error: 'Already subscribed' } });
      return;
    }
    if (sources.has(id)) {
      this.line.close(internalError, `Ident ${id} is already used`);
      return;
    }
    try {
      this.sources.start(this.peer, id, name, (refused) => this.#ended(id, name, refused));
      this.peer.parts.subscribed?.();
    } catch (error) {
      this.#ended(id, name, refusedOf(error));
    }
    this.line.send({ msg: 'ready', subs: [id] });
  }

  #unsubscribe({ id }: Message): void {
    if (id === undefined) {
      this.#failOnMissing('id');
      return;
    }
    const { plain, sources } = this.peer;
    plain.delete(id as string | number);
    if (typeof id === 'string') sources.get(id)?.end();
  }

  #ended(id: string, name: string, refused: Refused | undefined): void {
    const { traits } = this.dispatcher;
    const core = traits.nosub === 'id';
    if (core && !refused) return;
    const where = core ? { id } : { collection: name };
    const error = refused && ddpError(refused, traits, [name]);
    this.line.send({ msg: 'nosub', ...where, ...(error ? { error } : {}) });
  }

  /** The middleware does not catch the KeyError for a missing key: the connection ends with it. */
  #failOnMissing(key: string): void {
    this.line.close(internalError, pythonRepr(key));
  }
}
