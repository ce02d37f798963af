import type { JournalEvent } from '../../journal/store/records.ts';
import { english, type Text } from '../../model/text.ts';
import { applyCuts } from '../../systems/redaction.ts';
import { rewriteJson, type NameMap, type Role } from '../../systems/rewriting.ts';
import type { AnySystem } from '../../systems/system.ts';
import { NameCollector } from '../names/pseudonyms.ts';
import type { RecordingHeader } from './recordingLines.ts';

type AnySystemById = (id: string) => Pick<AnySystem, 'rewrite' | 'catalog'> | undefined;

const protocol: Role = 'protocol';
/** Roles in facts of our own, and in the state that a recording begins with, where JSON stands in strings. */
const ownRoles: Readonly<Record<string, Role>> = {
  type: protocol,
  state: protocol,
  kind: protocol,
  what: protocol,
  system: protocol,
  version: protocol,
  template: protocol,
  operation: protocol,
  outcome: protocol,
  method: protocol,
  window: protocol,
  runner: protocol,
  working: protocol,
  base: protocol,
  connection: 'connection',
  source: 'connection',
  host: 'host',
  key: 'instance',
  name: 'instance',
  actor: { behindColon: 'user', withoutColon: 'user' },
};

function ownRole(path: readonly string[], value: string): Role {
  const key = path.at(-1) ?? '';
  // A player may be called by the beginning of a JSON.
  if (key === 'playerNames') return 'player';
  // JSON in the rows of a state.
  if (/^[[{]/.test(value)) return 'text';
  return Object.hasOwn(ownRoles, key) ? (ownRoles[key] ?? 'text') : 'text';
}

/**
 * The names of a source, gathered from its events; `done` gives what puts stable pseudonyms in their place. Names
 * of one event stand in the texts of others, so that all are gathered before the first is written.
 */
class NamesOfEvents {
  readonly #systemOf: AnySystemById;
  readonly #names = new NameCollector();

  constructor(systemOf: AnySystemById) {
    this.#systemOf = systemOf;
  }

  add(event: JournalEvent): void {
    const { source, connection, host, subject } = event;
    this.#names.name('connection', source);
    this.#names.name('connection', connection);
    this.#names.name('host', host);
    if (subject && subject.kind !== 'blueprint') {
      const kind = subject.kind === 'client' ? 'user' : 'instance';
      this.#names.name(kind, subject.key);
      this.#names.name(kind, subject.name ?? '');
      this.#names.name('host', subject.host ?? '');
    }
    rewriteRaw(event, this.#systemOf, this.#names);
  }

  addHeader({ connections = [], base }: RecordingHeader): void {
    for (const { id, name = '' } of connections) {
      this.#names.name('connection', id);
      this.#names.name('connection', name);
    }
    if (base !== undefined) rewriteOwn(JSON.stringify(base), this.#names);
  }

  done(): Anonymiser {
    return new Anonymiser(this.#names.pseudonyms(), this.#systemOf);
  }
}

/** Turns of the event loop are given back at least this often. */
const sliceMs = 8;

/** Reads events once for the names in them. */
export async function gatherNames(
  systemOf: AnySystemById,
  header: RecordingHeader,
  pages: AsyncIterable<readonly JournalEvent[]> | Iterable<readonly JournalEvent[]>,
  signal: AbortSignal,
): Promise<Anonymiser> {
  const names = new NamesOfEvents(systemOf);
  names.addHeader(header);
  let sliceBegan = performance.now();
  for await (const page of pages) {
    for (const event of page) {
      signal.throwIfAborted();
      names.add(event);
      if (performance.now() - sliceBegan < sliceMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceBegan = performance.now();
    }
  }
  return names.done();
}

/** Puts pseudonyms in the place of names; the same one for a name wherever it stands. */
export class Anonymiser {
  readonly #names: NameMap;
  readonly #systemOf: AnySystemById;

  constructor(names: NameMap, systemOf: AnySystemById) {
    this.#names = names;
    this.#systemOf = systemOf;
  }

  event(event: JournalEvent): JournalEvent {
    const { subject, correlation, task, rawBase64, ...rest } = event;
    const raw = rewriteRaw(event, this.#systemOf, this.#names);
    const isKnown = this.#systemOf(event.system)?.catalog.some(({ type }) => type === event.type) === true;
    return {
      ...rest,
      source: this.connection(event.source),
      connection: this.connection(event.connection),
      host: this.#names.name('host', event.host),
      type: isKnown || event.channel === 'control' ? event.type : this.#plain(event.type),
      summary: this.#text(event.summary),
      raw,
      size: event.truncated || rawBase64 !== undefined ? event.size : Buffer.byteLength(raw),
      // Bytes that are no text cannot be looked through.
      ...(rawBase64 === undefined ? {} : { truncated: true }),
      problems: event.problems.map(({ path, message }) => ({
        path: this.#plain(path),
        message: this.#text(message),
      })),
      ...(correlation === undefined ? {} : { correlation: this.#plain(correlation) }),
      ...(task === undefined ? {} : { task: this.#plain(task) }),
      ...(subject
        ? {
            subject: {
              ...subject,
              ...(subject.host === undefined ? {} : { host: this.#names.name('host', subject.host) }),
              key: this.#names.name('instance', subject.key),
              ...(subject.name === undefined ? {} : { name: this.#names.name('instance', subject.name) }),
            },
          }
        : {}),
    };
  }

  header(header: RecordingHeader): RecordingHeader {
    const { name, connections, base } = header;
    return {
      ...header,
      ...(name === undefined ? {} : { name: this.#plain(name) }),
      ...(connections
        ? {
            connections: connections.map((each) => ({
              ...each,
              id: this.connection(each.id),
              ...(each.name === undefined ? {} : { name: this.connection(each.name) }),
            })),
          }
        : {}),
      ...(base === undefined
        ? {}
        : { base: JSON.parse(rewriteOwn(JSON.stringify(base), this.#names)) as unknown }),
    };
  }

  /** Id or name of a connection. */
  connection(name: string): string {
    return this.#names.name('connection', name);
  }

  #plain(text: string): string {
    return applyCuts(text, this.#names.cutsIn(text));
  }

  #text(text: Text): Text {
    return { template: this.#plain(english(text)), args: [] };
  }
}

function rewriteRaw(event: JournalEvent, systemOf: AnySystemById, names: NameMap): string {
  const { raw, channel, system } = event;
  if (channel === 'control') return rewriteOwn(raw, names);
  return systemOf(system)?.rewrite(raw, { pseudonyms: names }) ?? rewriteOwn(raw, names);
}

function rewriteOwn(raw: string, names: NameMap): string {
  return rewriteJson(raw, ownRole, { pseudonyms: names });
}
