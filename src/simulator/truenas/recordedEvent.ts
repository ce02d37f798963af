import { isUtf8 } from 'node:buffer';
import { isObject } from '../host.ts';
import { pythonJson } from '../python.ts';
import { parsed } from './line.ts';
import type { Peer } from './peer.ts';
import { shortOf, type Sources } from './sources.ts';

type Protocol = Peer['parts']['protocol'];
type Message = Readonly<Record<string, unknown>>;

const msgs: ReadonlySet<unknown> = new Set(['added', 'changed', 'removed']);

/** Beginning of an event of JSON-RPC as the middleware writes it; its inner object and a brace follow. */
const envelope = '{"jsonrpc": "2.0", "method": "collection_update", "params": ';

/** An event that was recorded, as the clients of either protocol get it. */
export class RecordedEvent {
  readonly collection: string;
  /** The object that both protocols have in common. */
  readonly body: Message;
  readonly #protocol: Protocol;
  readonly #text: string;
  readonly #forms = new Map<string, Uint8Array>();

  private constructor(protocol: Protocol, text: string, body: Message, collection: string) {
    this.#protocol = protocol;
    this.#text = text;
    this.body = body;
    this.collection = collection;
  }

  /** Reads a message; undefined where it is anything but an event: an answer, the end of a subscription, a broken text. */
  static read(bytes: Uint8Array): RecordedEvent | undefined {
    if (!isUtf8(bytes)) return undefined;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const message = parsed(text)?.value;
    if (!isObject(message)) return undefined;
    const isRpc = message['jsonrpc'] !== undefined;
    const body = isRpc ? message['method'] === 'collection_update' && message['params'] : message;
    if (!isObject(body) || !msgs.has(body['msg'])) return undefined;
    const { collection } = body;
    if (typeof collection !== 'string') return undefined;
    return new RecordedEvent(isRpc ? 'jsonrpc' : 'ddp', text, body, collection);
  }

  /** Exactly what was recorded, but for the envelope of another protocol and the argument that a client gave the collection. */
  formFor(protocol: Protocol, collection: string): Uint8Array {
    const key = `${protocol} ${collection}`;
    const known = this.#forms.get(key);
    if (known) return known;
    const form = Buffer.from(this.#textFor(protocol, collection));
    this.#forms.set(key, form);
    return form;
  }

  #textFor(protocol: Protocol, collection: string): string {
    const isSame = collection === this.collection;
    if (isSame && protocol === this.#protocol) return this.#text;
    const inner = isSame ? this.#inner() : renamed(this.#inner(), this.body, collection);
    return protocol === 'ddp' ? inner : `${envelope}${inner}}`;
  }

  /** Text of the inner object; numbers are cut out as they stand, because JavaScript would write 1.0 as 1. */
  #inner(): string {
    if (this.#protocol === 'ddp') return this.#text;
    const inner = this.#text.startsWith(envelope) ? this.#text.slice(envelope.length, -1) : '';
    return isObject(parsed(inner)?.value) ? inner : pythonJson(this.body);
  }
}

/** The text with another collection in it; written anew where the first place of the old name is not the collection's. */
function renamed(text: string, body: Message, collection: string): string {
  const changed = text.replace(pythonJson(body['collection']), () => pythonJson(collection));
  const value = parsed(changed)?.value;
  return isObject(value) && value['collection'] === collection
    ? changed
    : pythonJson({ ...body, collection });
}

/**
 * Names under which a client gets an event. Sources have an argument, which clients write differently: one that subscribed
 * to the recorded name gets it under this alone, others under each name of the same source. A log is that of one app.
 */
export function hearingNames(peer: Peer, event: RecordedEvent, sources: Sources): readonly string[] {
  const { collection } = event;
  if (!sources.has(collection))
    return peer.hears({ msg: 'changed', collection, owner: '' }) ? [collection] : [];
  const names = new Set([...peer.sources.values()].map(({ name }) => name));
  if (names.has(collection)) return [collection];
  const subject = subjectOf(collection);
  return [...names].filter((name) => shortOf(name) === shortOf(collection) && subjectOf(name) === subject);
}

/** The app whose log a source follows. */
function subjectOf(name: string): unknown {
  const argument = parsed(name.slice(shortOf(name).length + 1))?.value;
  return isObject(argument) ? argument['app_name'] : undefined;
}
