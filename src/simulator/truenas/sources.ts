import { isObject } from '../host.ts';
import type { Wait } from '../host.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { wrongType } from './calls.ts';
import { errno, refusedOf, uncaught, validationErrors, type Refused, type Wrong } from './errors.ts';
import { noJson, parsed } from './line.ts';
import type { Peer } from './peer.ts';
import type { Traits } from './profiles.ts';

/** One subscription to an event source. */
export interface SourceRun {
  /** As it was subscribed to, with its argument: events come under this name. */
  readonly name: string;
  /** Ends it; an error tells why. */
  readonly end: (refused?: Refused) => void;
}

/** The next events of a source, each as its fields. */
export type Measure = (first: boolean) => readonly unknown[];

/** A kind of source: what each subscription to it says, with the argument that it came with. */
export interface SourceKind {
  /** Takes an argument of its own instead of the usual interval. */
  readonly hasArgument?: boolean;
  begin(argument: Record<string, unknown>): Measure;
}

export interface SourcesParts {
  readonly traits: Traits;
  readonly secondMs: number;
  readonly wait: Wait;
  readonly over: AbortSignal;
  readonly kinds: ReadonlyMap<string, SourceKind>;
  /** Subscriptions are accepted, and sources say nothing by themselves. */
  readonly silent: boolean;
}

/** Event sources: whoever subscribes gets its own run, at its own interval. */
export class Sources {
  readonly #parts: SourcesParts;

  constructor(parts: SourcesParts) {
    this.#parts = parts;
  }

  has(name: string): boolean {
    return this.#parts.kinds.has(shortOf(name));
  }

  /** Throws what is wrong with the argument. */
  start(peer: Peer, id: string, name: string, ended: (refused?: Refused) => void): void {
    const kind = this.#parts.kinds.get(shortOf(name));
    if (!kind) return;
    const argument = this.#argument(name);
    const interval = kind.hasArgument ? 1 : this.#interval(argument);
    const measure = kind.begin(argument);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#parts.over]);
    const run: SourceRun = {
      name,
      end: (refused) => {
        if (signal.aborted) return;
        stop.abort();
        peer.sources.delete(id);
        ended(refused);
      },
    };
    peer.sources.set(id, run);
    if (!this.#parts.silent) void this.#run(peer, run, interval, measure, signal);
  }

  async #run(
    peer: Peer,
    run: SourceRun,
    interval: number,
    measure: Measure,
    signal: AbortSignal,
  ): Promise<void> {
    const { wait, secondMs } = this.#parts;
    // The answer goes first, mostly.
    await nextTurn();
    try {
      for (let first = true; !signal.aborted; first = false) {
        for (const fields of measure(first)) peer.tell({ msg: 'added', collection: run.name, fields });
        await wait(interval * secondMs, signal);
      }
    } catch (error) {
      run.end(refusedOf(error));
    }
  }

  #argument(name: string): Record<string, unknown> {
    const { realtime } = this.#parts.traits;
    const colon = name.indexOf(':');
    // CORE does not look at what it is given.
    if (colon < 0 || realtime === 'core') return {};
    const read = parsed(name.slice(colon + 1));
    if (!read) throw uncaught('JSONDecodeError', noJson);
    if (isObject(read.value)) return read.value;
    throw validationErrors([['', wrongType('object', this.#parts.traits), errno.invalid]]);
  }

  #interval(given: Record<string, unknown>): number {
    const { traits } = this.#parts;
    const [tooShort, unexpected] =
      traits.schema === 'pydantic'
        ? ['Input should be greater than or equal to 2', 'Extra inputs are not permitted']
        : ['Should be greater or equal than 2', 'Field was not expected'];
    const { interval = 2, ...others } = given;
    const wrong: Wrong[] = [];
    if (!Number.isInteger(interval)) wrong.push(['interval', wrongType('integer', traits), errno.invalid]);
    else if (Number(interval) < 2) wrong.push(['interval', tooShort, errno.invalid]);
    for (const key of Object.keys(others)) wrong.push([key, unexpected, errno.invalid]);
    if (wrong.length > 0) throw validationErrors(wrong);
    return Number(interval);
  }
}

/** The name of a source without its argument. */
export function shortOf(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}
