import * as z from 'zod/mini';
import { recordedFleet } from '../../journal/fleetState.ts';
import { Pipeline } from '../../journal/pipeline.ts';
import { changeRows, isSameBut } from '../../journal/recorder.ts';
import type { ChangeRow } from '../../journal/store/records.ts';
import type { Draft, OpsEvent } from '../../model/event.ts';
import type { Instance } from '../../model/instance.ts';
import type { Decoder } from '../../model/signal.ts';

export interface RecordedFoldOptions {
  readonly loadSystem: (system: string) => Promise<unknown>;
  readonly decoderOf: (system: string) => Decoder<unknown> | undefined;
}

type RecordedDraft = Omit<Draft, 'timeline'>;

const timeline = 'recording';
const heardOf: ReadonlySet<string> = new Set<keyof Instance>(['lastEventAt']);

const address = z.object({
  source: z.string(),
  host: z.string(),
  connection: z.string(),
  system: z.string(),
});
/** The state that a recording begins with, as its header has it. */
const baseState = z.object({
  changes: z.array(
    z.object({
      seq: z.number(),
      address,
      what: z.enum(['instance', 'task', 'connection']),
      key: z.string(),
      state: z.nullable(z.string()),
    }),
  ),
  contexts: z._default(z.array(z.object({ address, version: z.string(), context: z.string() })), []),
});

/** Folds the events of a recording one by one, as they were folded when they came, and tells what each of them changed. */
export class RecordedFold {
  readonly #options: RecordedFoldOptions;
  readonly #pipeline: Pipeline;
  #changes: readonly ChangeRow[] = [];

  constructor(options: RecordedFoldOptions) {
    this.#options = options;
    this.#pipeline = new Pipeline({
      decoderOf: options.decoderOf,
      defer: (run) => {
        run();
      },
      onListenerError: () => undefined,
    });
    this.#pipeline.subscribe('recording', ({ before, fleet }) => {
      this.#changes = changeRows(before, fleet, isMoreThanHeardOf);
    });
  }

  /** Begins with the state of a header; answers a row for each thing in it, or undefined where it cannot be read. */
  async begin(base: unknown): Promise<readonly ChangeRow[] | undefined> {
    const read = baseState.safeParse(base);
    if (!read.success) return undefined;
    const { changes, contexts } = read.data;
    try {
      const systems = new Set([...changes, ...contexts].map((row) => row.address.system));
      for (const system of systems) await this.#options.loadSystem(system);
      const memory = contexts.flatMap(({ address: { connection, system }, version, context }) => {
        const decoder = this.#options.decoderOf(system);
        return decoder && version === String(decoder.version)
          ? [[connection, decoder.load(JSON.parse(context))] as const]
          : [];
      });
      this.#pipeline.restore(timeline, recordedFleet(changes), new Map(memory));
    } catch {
      return undefined;
    }
    return this.#changes;
  }

  /** A message with its meaning, and what it changed. */
  take(draft: RecordedDraft): { readonly event: OpsEvent; readonly changes: readonly ChangeRow[] } {
    this.#changes = [];
    const event = this.#pipeline.ingest({ ...draft, timeline });
    return { event, changes: this.#changes };
  }

  /** The changes that came of an event whose meaning is known; none where a hostile state does not let it be folded. */
  changesOf(draft: RecordedDraft): readonly ChangeRow[] {
    try {
      return this.take(draft).changes;
    } catch {
      this.#pipeline.drop(timeline);
      return [];
    }
  }
}

/** Whether more of an instance changed than when it was heard of, which nearly every event does and nobody is told of. */
function isMoreThanHeardOf(now: Instance, before: Instance): boolean {
  return !isSameBut(heardOf, now, before);
}
