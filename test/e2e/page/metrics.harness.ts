import { RpcChannel } from '../../../src/rpc/channel.ts';
import type { History, MetricsHost, MetricsState, MetricsView, Samples } from '../../../src/rpc/metrics.ts';

const EVERY_MS = 2000;
/** The host's clock: neither the day nor the hour of the browser decides what the page shows. */
const BEGUN_AT = Date.UTC(2026, 10, 20, 12);
const UP_AT = BEGUN_AT - (2 * 60 + 5.5) * 60_000;
const now = (): number => BEGUN_AT + performance.now();
type Values = Readonly<Record<string, number | null>>;

/** A host of the charts inside the page: same contract, made-up measurements, and levers for the tests. */
class FakeHost {
  readonly violations: string[] = [];
  state: MetricsState = { name: 'survival', connection: 'Bedrock', current: true, note: '', until: null };
  readonly #channel: RpcChannel<MetricsHost, MetricsView>;
  readonly #samples: { readonly at: number; readonly values: Values }[];

  constructor(minutes: number, hole: boolean) {
    const last = now();
    const count = Math.floor((minutes * 60_000) / EVERY_MS);
    this.#samples = Array.from({ length: count }, (_, i) => {
      const at = last - (count - 1 - i) * EVERY_MS;
      return { at, values: measured(i, at) };
    }).filter(({ at }) => !hole || last - at < 90_000 || last - at > 130_000);
    this.#channel = new RpcChannel<MetricsHost, MetricsView>(
      (message) => {
        window.postMessage(message);
      },
      {
        hello: () => ({
          strings: new URLSearchParams(location.search).has('german') ? { Memory: 'Speicher' } : {},
          state: this.state,
          samples: this.#since(0),
        }),
        history: ({ minutes }) => history(minutes, this.state.until?.at ?? now()),
      },
    );
  }

  receive(message: unknown): void {
    setTimeout(() => {
      this.#channel.receive(message);
    });
  }

  push(values: Values, later = 0): void {
    const at = now() + later;
    this.#samples.push({ at, values });
    this.#channel.notify('samples', this.#since(at));
  }

  set(part: Partial<MetricsState>): void {
    this.state = { ...this.state, ...part };
    this.#channel.notify('state', this.state);
  }

  #since(since: number): Samples {
    const sent = this.#samples.filter(({ at }) => at >= since);
    const names = [...new Set(sent.flatMap(({ values }) => Object.keys(values)))];
    return {
      since,
      now: now(),
      times: sent.map(({ at }) => at),
      values: Object.fromEntries(names.map((name) => [name, sent.map(({ values }) => values[name] ?? null)])),
    };
  }
}

/** A server that works in waves, fills its memory and has its players come and go. */
function measured(i: number, at: number): Values {
  const wave = Math.sin(i / 18) + Math.sin(i / 5.3) / 3 + ((i * 7919) % 13) / 26;
  return {
    cpu: Math.max(0.4, 22 + 14 * wave),
    memory: (600 + 220 * (1 - Math.exp(-(i % 700) / 260)) + ((i * 104_729) % 17)) * 1024 ** 2,
    uptime: Math.floor((at - UP_AT) / 1000),
    players: Math.max(0, Math.round(3 + 3 * Math.sin(i / 40))),
  };
}

/** A point for each hour, or minute, of a server that was up for all but one day. */
function history(minutes: number, end: number): History {
  const step = minutes > 60 ? 3_600_000 : 60_000;
  const count = Math.floor((minutes * 60_000) / step);
  const times = Array.from({ length: count }, (_, i) => end - (count - i - 0.5) * step).filter(
    (_, i) => minutes <= 60 || i < count - 60 || i > count - 36,
  );
  const column = (least: number): Record<string, readonly number[]> => ({
    cpu: times.map((_, i) => Math.max(0.2, least * (20 + 14 * Math.sin(i / 4)))),
    players: times.map((_, i) => Math.max(0, Math.round(least * (3 + 3 * Math.sin(i / 4))))),
  });
  return { step, now: end, times, means: column(1), least: column(0.5), greatest: column(2) };
}

const parameters = new URLSearchParams(location.search);
const fake = new FakeHost(Number(parameters.get('minutes') ?? 12), parameters.has('hole'));
document.addEventListener('securitypolicyviolation', (event) =>
  fake.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
);
const saved = sessionStorage.getItem('state');
let state: unknown = saved === null ? undefined : JSON.parse(saved);
const api = {
  postMessage: (message: unknown) => {
    fake.receive(structuredClone(message));
  },
  getState: () => state,
  setState: (next: unknown) => {
    state = next;
    sessionStorage.setItem('state', JSON.stringify(next));
  },
};
Object.assign(globalThis, { fake, acquireVsCodeApi: () => api });
