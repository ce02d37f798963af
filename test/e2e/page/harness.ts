import { type Handlers, RpcChannel } from '../../../src/rpc/channel.ts';
import type { EmitForm, InspectorHost, InspectorView, Row, Status } from '../../../src/rpc/inspector.ts';
import { detailOf, rowOf } from './events.ts';

/** A host of the inspector inside the page: same contract, generated events, and levers for the tests. */
class FakeHost {
  readonly calls: { readonly method: string; readonly params: unknown }[] = [];
  readonly violations: string[] = [];
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
      matched: events,
      total: events,
      bytes: events * 243,
      unseen: 0,
      paused: false,
      filter: '',
      problem: null,
      searching: false,
      filterMs: 0,
      rate: events === 0 ? 0 : 412,
      timeline: null,
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
      if (this.#matches(seq)) this.#matching?.push(seq);
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

  #handlers(): Handlers<InspectorHost> {
    return {
      used: () => undefined,
      hello: () => ({
        strings: new URLSearchParams(location.search).has('german') ? { Follow: 'Folgen' } : {},
        status: this.status,
        home: document.body.dataset['home'] === 'tab' ? 'tab' : 'panel',
      }),
      rows: ({ start, count }) => ({
        revision: this.status.revision,
        start,
        rows: this.#rows(start, count),
      }),
      setFilter: ({ text }) => {
        const from = performance.now();
        this.status = { ...this.status, filter: text };
        const all = Array.from({ length: this.#last - this.#first + 1 }, (_, index) => this.#first + index);
        this.#matching = text === '' ? null : all.filter((seq) => this.#matches(seq));
        this.#show({ revision: this.status.revision + 1, filterMs: performance.now() - from });
        return this.status;
      },
      setPaused: ({ paused }) => {
        this.status = { ...this.status, paused, unseen: 0 };
        this.#show({});
        return this.status;
      },
      clear: () => {
        this.#first = this.#last + 1;
        this.#matching = this.#matching && [];
        this.#show({ revision: this.status.revision + 1, unseen: 0 });
        return this.status;
      },
      detail: ({ seq }) => (seq < this.#first ? null : detailOf(rowOf(seq, null))),
      indexOf: ({ seq }) => {
        if (seq < this.#first || seq > this.#last) return -1;
        return this.#matching ? this.#matching.indexOf(seq) : seq - this.#first;
      },
      select: ({ spans }) => ({ count: spans.reduce((sum, [from, to]) => sum + to - from + 1, 0) }),
      emitForm: () => FORM,
      emit: ({ targets }) =>
        targets.map((target, index) => ({
          target,
          label: FORM.targets.find(({ id }) => id === target)?.label ?? target,
          ok: index === 0,
          message: index === 0 ? '' : 'ENOENT: nobody listens at /opt/kgsm/other.sock',
        })),
      copy: () => null,
      run: () => null,
    };
  }
}

const example = (type: string): string =>
  JSON.stringify(
    {
      EventType: type,
      Data: { InstanceName: 'mc-01', Blueprint: 'minecraft.bp' },
      Timestamp: '2026-11-20T18:06:41Z',
      Hostname: 'vm',
    },
    null,
    2,
  );
const kind = (type: string, category: string, description: string): EmitForm['types'][number] => ({
  type,
  category,
  description,
  example: example(type),
});
const FORM: EmitForm = {
  types: [
    kind('instance_created', 'Lifecycle', 'An instance has been created from a blueprint.'),
    kind('instance_started', 'Lifecycle', 'The server of an instance has started.'),
    kind('instance_stopped', 'Lifecycle', 'The server of an instance has stopped, or was not running.'),
    kind('instance_crashed', 'Lifecycle', 'The server of an instance has ended by itself.'),
    kind('instance_backup_created', 'Backups', 'A backup has been made.'),
    kind('instance_backup_restored', 'Backups', 'A backup has been put back.'),
    kind('instance_player_joined', 'Players', 'A player has joined.'),
  ],
  targets: [
    { id: 'listener:home', label: 'home', detail: '/opt/kgsm/kgsm.sock' },
    {
      id: 'path:1',
      label: 'other.sock',
      detail: '/opt/kgsm/a/very/long/folder/name/that/does/not/fit/other.sock',
    },
    { id: 'local', label: 'Local only', detail: 'nothing leaves this window' },
  ],
};

const fake = new FakeHost(Number(new URLSearchParams(location.search).get('events') ?? 50));
document.addEventListener('securitypolicyviolation', (event) =>
  fake.violations.push(
    `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
  ),
);
let state: unknown;
const api = {
  postMessage: (message: unknown) => {
    fake.receive(structuredClone(message));
  },
  getState: () => state,
  setState: (next: unknown) => void (state = next),
};
Object.assign(globalThis, { fake, acquireVsCodeApi: () => api });
