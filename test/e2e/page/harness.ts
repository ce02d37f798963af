import { type Handlers, RpcChannel } from '../../../src/rpc/channel.ts';
import type { InspectorHost, InspectorView, Row, Status } from '../../../src/rpc/inspector.ts';
import { detailFakes } from './detail.ts';
import { FakeEmitter } from './emit.ts';
import { detailOf, failureBeside, rowOf } from './events.ts';
import { countOf, gridFakes, withValues } from './grid.ts';
import { FakeShelf } from './query.ts';
import { binsOf, statisticsOf } from './timeline.ts';

/** A host of the inspector inside the page: same contract, generated events, and levers for the tests. */
class FakeHost {
  readonly calls: { readonly method: string; readonly params: unknown }[] = [];
  readonly violations: string[] = [];
  readonly shelf = new FakeShelf();
  readonly emitter = new FakeEmitter();
  delay = 0;
  status: Status;
  #first = 1;
  #last: number;
  /** Seqs that match, `null` without a filter: then every seq does. */
  #matching: number[] | null = null;
  readonly #channel: RpcChannel<InspectorHost, InspectorView>;

  constructor(events: number) {
    this.#last = events;
    this.status = {
      revision: 1,
      now: rowOf(events, null)[1] + 5000,
      matched: events,
      total: events,
      bytes: events * 243,
      unseen: 0,
      paused: false,
      order: 'sent',
      filter: '',
      problem: null,
      cleared: 0,
      noise: null,
      searching: false,
      filterMs: 0,
      rate: events === 0 ? 0 : 412,
      timeline: null,
      recording: null,
      replay: null,
      travel: null,
      records: false,
      timelineId: 'live',
      kept: 'file',
      keptWhy: '',
      connections: [
        { name: 'bedrock', state: 'ready', label: 'connected', kept: true },
        { name: 'nas', state: 'ready', label: 'connected', kept: true },
        { name: 'home', state: 'waiting', label: 'retry in 7 s', kept: true },
        { name: 'bell', state: 'failed', label: 'certificate refused', kept: true },
      ],
    };
    this.#channel = new RpcChannel((message) => {
      window.postMessage(message);
    }, this.#handlers());
  }

  receive(message: unknown): void {
    const wire = message as { method?: string; params?: unknown };
    if (wire.method !== undefined) this.calls.push({ method: wire.method, params: wire.params });
    setTimeout(() => {
      this.#channel.receive(message);
    }, this.delay);
  }

  called(method: string): readonly unknown[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.params);
  }

  append(count: number): void {
    for (let seq = this.#last + 1; seq <= this.#last + count; seq++)
      if (this.#matching && this.#matches(seq)) this.#matching.push(seq);
    this.#last += count;
    const { paused, unseen } = this.status;
    this.#show(paused ? { unseen: unseen + count } : {});
  }

  discard(count: number): void {
    this.#first += count;
    this.#matching = this.#matching?.filter((seq) => seq >= this.#first) ?? null;
    this.#show({ revision: this.status.revision + 1 });
  }

  set(part: Partial<Status>): void {
    this.status = { ...this.status, ...part };
    this.#channel.notify('status', this.status);
  }

  tell<K extends keyof InspectorView['notices']>(
    method: K,
    params: Parameters<InspectorView['notices'][K]>[0],
  ): void {
    this.#channel.notify(method, params as never);
  }

  #filtered(text: string): Status {
    const from = performance.now();
    this.status = { ...this.status, filter: text };
    const all = Array.from({ length: this.#last - this.#first + 1 }, (_, index) => this.#first + index);
    this.#matching = text === '' ? null : all.filter((seq) => this.#matches(seq));
    this.#show({ revision: this.status.revision + 1, filterMs: performance.now() - from });
    return this.status;
  }

  #undoClear(): Status {
    this.#first = 1;
    this.#matching = null;
    this.#show({ revision: this.status.revision + 1, cleared: 0 });
    return this.status;
  }

  #show(part: Partial<Status>): void {
    const total = this.#last - this.#first + 1;
    const matched = this.status.paused ? this.status.matched : (this.#matching?.length ?? total);
    this.set({ total, matched, bytes: total * 243, ...part });
  }

  #matches(seq: number): boolean {
    const text = rowOf(seq, null).join(' ').toLowerCase();
    return this.status.filter
      .toLowerCase()
      .split(' ')
      .every((word) =>
        word.startsWith('-') ? !text.includes(word.slice(1)) : text.includes(word.replace(/^\w+:/, '')),
      );
  }

  #seqAt(position: number): number | undefined {
    return this.#matching ? this.#matching[position] : this.#first + position;
  }

  #rows(start: number, count: number): readonly Row[] {
    const end = Math.min(start + count, this.status.matched);
    return Array.from({ length: Math.max(0, end - start) }, (_, index) =>
      rowOf(
        this.#seqAt(start + index) ?? 0,
        start + index === 0 ? null : (this.#seqAt(start + index - 1) ?? null),
      ),
    );
  }

  #newest(): { readonly start: number; readonly rows: readonly Row[] } {
    const start = Math.max(0, this.status.matched - 64);
    return { start, rows: this.#rows(start, 64) };
  }

  /** At most the newest thousands: they are made for each question. */
  #allRows(isMatching: boolean): readonly Row[] {
    const count = isMatching ? this.status.matched : this.#last - this.#first + 1;
    const from = Math.max(0, count - 5_000);
    return Array.from({ length: count - from }, (_, n) => {
      const seq = isMatching ? (this.#seqAt(from + n) ?? 0) : this.#first + from + n;
      return rowOf(seq, null);
    });
  }

  #handlers(): Handlers<InspectorHost> {
    const { order, ...grid } = gridFakes((wanted) => {
      this.status = { ...this.status, order: wanted };
      this.#show({ revision: this.status.revision + 1 });
    });
    return {
      ...grid,
      setOrder: (params) => {
        order(params);
        return this.status;
      },
      used: () => undefined,
      left: () => undefined,
      hello: ({ query }) => ({
        strings: new URLSearchParams(location.search).has('german') ? { Follow: 'Folgen' } : {},
        status: query === null ? this.status : this.#filtered(query),
        home: document.body.dataset['home'] === 'tab' ? 'tab' : 'panel',
        newest: { revision: this.status.revision, ...this.#newest() },
      }),
      rows: ({ start, count, paths }) => ({
        revision: this.status.revision,
        start,
        rows: this.#rows(start, count).map((row) => (paths.length === 0 ? row : withValues(row, paths))),
      }),
      setFilter: ({ text }) => this.#filtered(text),
      setPaused: ({ paused }) => {
        this.status = { ...this.status, paused, unseen: 0 };
        this.#show({});
        return this.status;
      },
      clear: () => {
        const cleared = this.#last - this.#first + 1;
        this.#first = this.#last + 1;
        this.#matching = this.#matching && [];
        this.#show({ revision: this.status.revision + 1, unseen: 0, cleared });
        return this.status;
      },
      detail: ({ seq }) => (seq < this.#first ? null : detailOf(rowOf(seq, null))),
      indexOf: ({ seq }) => {
        const { revision } = this.status;
        if (seq < this.#first || seq > this.#last) return { at: -1, revision };
        return { at: this.#matching ? this.#matching.indexOf(seq) : seq - this.#first, revision };
      },
      select: ({ spans }) => ({ count: countOf(spans) }),
      ...this.emitter.handlers(),
      ...this.shelf.handlers(() => this.#undoClear()),
      timeline: ({ range, bins }) => binsOf(this.#allRows(true), this.#allRows(false), range, bins),
      eventAt: ({ time }) => this.#allRows(true).find((row) => row[1] >= time)?.[0] ?? null,
      failureBeside: ({ seq, direction }) => failureBeside(this.#allRows(true), seq, direction),
      statistics: () => statisticsOf(this.#allRows(true)),
      ...detailFakes,
      copy: () => null,
      replay: () => null,
      travel: () => null,
      run: () => null,
    };
  }
}

const fake = new FakeHost(Number(new URLSearchParams(location.search).get('events') ?? 50));
document.addEventListener('securitypolicyviolation', (event) =>
  fake.violations.push(
    `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
  ),
);
// Kept over a reload of the page, as VS Code keeps it, where a test asks for that by a name.
const kept = new URLSearchParams(location.search).get('kept');
let state: unknown = kept === null ? undefined : JSON.parse(sessionStorage.getItem(kept) ?? 'null');
const api = {
  postMessage: (message: unknown) => {
    fake.receive(structuredClone(message));
  },
  getState: () => state,
  setState: (next: unknown) => {
    state = next;
    if (kept !== null) sessionStorage.setItem(kept, JSON.stringify(next));
  },
};
Object.assign(globalThis, { fake, fakeState: () => state, acquireVsCodeApi: () => api });
