import type { Pipeline, TimelineChange } from '../journal/pipeline.ts';
import type { AlertBoard, AlertDeed } from '../journal/store/alerts.ts';
import type { JournalStore, ResultHandle } from '../journal/store/journalStore.ts';
import type { Clock } from '../model/clock.ts';
import type { OpsEvent } from '../model/event.ts';
import { Gathering } from '../model/gathering.ts';
import { errorWords, text, type Text } from '../model/text.ts';
import type { Alert, AlertKind, NewAlert } from './alert.ts';
import { alertsOf, groupOf, summed } from './detect.ts';
import { isMuted } from './mutes.ts';
import { Outages } from './outages.ts';
import { RuleCounter, type AlertRule } from './rules.ts';

/** Alerts within this time are raised together: those that are alike become one. */
const gatherMs = 500;
/** In this time, more than a few alerts that are alike are one. */
const alikeWithinMs = 60_000;
/** After a few messages there is one in this time: what comes between them is told together. */
const tellEveryMs = 10_000;
const tellAtOnce = 3;
/** How often it looks what other windows did, however much they write. */
const lookEveryMs = 250;
/** So long a connection may be away before it counts as lost. */
const lostAfterMs = 60_000;
/** After a start, alerts that nobody was told of are told, unless they are older. */
const toldWithinMs = 60 * 60_000;

type AlertStore = Pick<JournalStore, 'alerts' | 'onCommit' | 'query' | 'status'>;

export interface AlertSettings {
  readonly kinds: ReadonlySet<AlertKind>;
  readonly rules: readonly AlertRule[];
}

export interface AlertsOptions {
  readonly timeline: string;
  readonly pipeline: Pick<Pipeline, 'subscribe' | 'control' | 'fleet'>;
  readonly store: Promise<AlertStore>;
  /** Name of this window in the journal. */
  readonly window: string;
  readonly host: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly settings: () => AlertSettings;
  /** Whether this window is the one that writes the events of a connection. */
  readonly captures: (connection: string) => boolean;
  readonly isServerAlert: (event: OpsEvent) => boolean;
  readonly nameOf: (connection: string) => string;
  readonly isFocused: () => boolean;
  /** Called once for each alert that is not muted, in the window that raised it. */
  readonly onRaised: (alerts: readonly Alert[]) => void;
  /** Shows alerts, which no other window does. */
  readonly tell: (alerts: readonly Alert[]) => void;
  readonly onChange: () => void;
  readonly log: { warn(message: Text): void };
}

/** A rule with its query, which runs on as events come. */
interface Watched {
  readonly rule: AlertRule;
  readonly counter: RuleCounter;
  seen: number;
  handle?: ResultHandle;
}

/**
 * The alerts of one timeline. The window that captures a connection raises them, as rows of the journal; all windows see
 * them, and the one that has the focus takes it upon itself to tell.
 */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #gathering: Gathering<NewAlert>;
  readonly #outages: Outages;
  readonly #stops: (() => void)[] = [];
  #watched: readonly Watched[] = [];
  #board: Omit<AlertBoard, 'done'> = { alerts: [], mutes: [] };
  #turn: Promise<unknown> = Promise.resolve();
  #disposed = false;
  #cancelLook: (() => void) | undefined;
  #cancelTell: (() => void) | undefined;
  /** When the allowance of messages is full again. */
  #fullAt = 0;
  /** Alerts that were raised lately. */
  #lately: readonly { readonly group: string; readonly at: number }[] = [];

  constructor(options: AlertsOptions) {
    this.#options = options;
    const { clock, pipeline, store } = options;
    this.#gathering = new Gathering(clock, gatherMs, (alerts) => void this.#raise(alerts));
    this.#outages = new Outages(clock, lostAfterMs, (connection) => {
      this.#lost(connection);
    });
    this.#stops.push(pipeline.subscribe('alerts', (change) => this.#observe(change)));
    void store.then(
      (opened) => {
        if (this.#disposed) return;
        this.#stops.push(
          opened.onCommit(({ own }) => {
            if (!own) this.#lookSoon();
          }),
        );
        this.renew();
        void this.#look();
      },
      // Without a journal there is nothing to share and to keep; the window has said so.
      () => undefined,
    );
  }

  /** The newest first. */
  get alerts(): readonly Alert[] {
    return this.#board.alerts;
  }

  get mutes(): AlertBoard['mutes'] {
    return this.#board.mutes;
  }

  /** Alerts that nobody has seen yet. */
  get unseen(): readonly Alert[] {
    return this.alerts.filter(({ seenAt, muted }) => seenAt === undefined && !muted);
  }

  /** Follows the rules of the settings as they are now. */
  renew(): void {
    for (const { handle } of this.#watched) handle?.close();
    const { rules, kinds } = this.#options.settings();
    this.#watched = kinds.has('rule')
      ? rules.map((rule) => ({ rule, counter: new RuleCounter(rule), seen: 0 }))
      : [];
    for (const watched of this.#watched) void this.#watch(watched);
  }

  /** This window got the focus: it tells what nobody told. */
  focused(): void {
    void this.#tellDue();
  }

  /** An alert that was asked for, to try what alerts do. */
  async test(connection: string, title: Text): Promise<void> {
    await this.#raise([
      { kind: 'rule', connection, title, cause: `test/${this.#options.newId()}`, quietMs: 0 },
    ]);
  }

  async see(alerts: readonly Alert[]): Promise<void> {
    await this.#do({ deed: 'see', ids: alerts.map(({ id }) => id), at: this.#options.clock.now() });
  }

  async mute(target: string, until?: number): Promise<void> {
    await this.#do({ deed: 'mute', target, ...(until === undefined ? {} : { until }) });
  }

  async unmute(targets: readonly string[]): Promise<void> {
    await this.#do({ deed: 'unmute', targets });
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancelLook?.();
    this.#cancelTell?.();
    this.#gathering.dispose();
    this.#outages.dispose();
    for (const { handle } of this.#watched) handle?.close();
    for (const stop of this.#stops) stop();
  }

  #observe({ timeline, before, fleet, events }: TimelineChange): void {
    if (timeline !== this.#options.timeline || (before === fleet && events.length === 0)) return;
    const { captures, isServerAlert, settings } = this.#options;
    const { kinds } = settings();
    const isOn = (kind: AlertKind): boolean => kinds.has(kind);
    for (const alert of alertsOf({ before, fleet, events }, { captures, isServerAlert, isOn }))
      this.#gathering.add(alert);
    this.#outages.observe(before, fleet, captures);
  }

  #lost(connection: string): void {
    const { pipeline, timeline, settings, nameOf } = this.#options;
    const status = pipeline.fleet(timeline).connections.get(connection);
    if (!status || !settings().kinds.has('connectionLost')) return;
    this.#gathering.add({
      kind: 'connectionLost',
      connection,
      title: text('{0} has not been reached for a minute', nameOf(connection)),
      ...(status.detail ? { detail: status.detail } : {}),
      cause: `connectionLost/${connection}`,
      quietMs: 10 * 60_000,
      // A connection that failed for good has said so.
      isTold: status.state === 'failed',
    });
  }

  async #watch(watched: Watched): Promise<void> {
    const { rule } = watched;
    try {
      const store = await this.#options.store;
      const handle = await store.query(rule.query, 'arrival', store.status.seq);
      if (this.#disposed || !this.#watched.includes(watched)) {
        handle.close();
        return;
      }
      watched.handle = handle;
      handle.onProgress(({ count }) => {
        const come = count - watched.seen;
        watched.seen = count;
        if (come > 0 && watched.counter.add(come, this.#options.clock.now())) void this.#holds(watched);
      });
    } catch (error) {
      this.#options.log.warn(text('The alert rule {0} is not watched: {1}', rule.name, errorWords(error)));
    }
  }

  /** A rule began to hold. The window that captures what the newest event is about raises the alert. */
  async #holds({ rule, counter, handle }: Watched): Promise<void> {
    const { name, query, minutes } = rule;
    const sum = counter.sum;
    try {
      const page = await handle?.rows({ anchor: 'newest', direction: 'older', count: 1 });
      const event = page?.rows[0];
      if (!event || !this.#options.captures(event.connection)) return;
      const { connection, subject } = event;
      await this.#raise([
        {
          kind: 'rule',
          connection,
          ...(subject ? { instance: { ...subject, name: subject.name ?? subject.key } } : {}),
          title:
            minutes === 1
              ? text('{0}: {1} in a minute', name, sum)
              : text('{0}: {1} in {2} minutes', name, sum, minutes),
          detail: event.summary,
          query,
          cause: `rule/${name}`,
          quietMs: minutes * 60_000,
        },
      ]);
    } catch (error) {
      this.#options.log.warn(text('The alert rule {0} is not watched: {1}', name, errorWords(error)));
    }
  }

  async #raise(found: readonly NewAlert[]): Promise<void> {
    const { clock, newId, window, onRaised } = this.#options;
    const now = clock.now();
    this.#lately = this.#lately.filter(({ at }) => at > now - alikeWithinMs && at <= now);
    const lately = (group: string): number => this.#lately.filter((each) => each.group === group).length;
    const alerts = summed(found, lately).map((alert) => ({
      ...alert,
      id: newId(),
      muted: isMuted(this.mutes, alert, now),
    }));
    const done = new Set(await this.#do({ deed: 'raise', alerts, window, at: now }));
    this.#lately = [
      ...this.#lately,
      ...alerts.filter(({ id }) => done.has(id)).map((alert) => ({ group: groupOf(alert), at: now })),
    ];
    const raised = this.alerts.filter(({ id }) => done.has(id));
    for (const alert of raised) this.#note(alert);
    const heard = raised.filter(({ muted }) => !muted);
    if (heard.length > 0) onRaised(heard);
    await this.#tellDue();
  }

  /** Puts an alert among the events. */
  #note({ id, connection, instance, title }: Alert): void {
    const { pipeline, timeline, clock, host, captures } = this.#options;
    const system = pipeline.fleet(timeline).connections.get(connection)?.system;
    if (system === undefined || !captures(connection)) return;
    pipeline.control(
      { timeline, connection, system, host, receivedAt: clock.now() },
      { type: 'alert.raised', alert: id, title, ...instance },
    );
  }

  #lookSoon(): void {
    this.#cancelLook ??= this.#options.clock.after(lookEveryMs, () => {
      this.#cancelLook = undefined;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    await this.#do({ deed: 'look' });
    await this.#tellDue();
  }

  async #tellDue(): Promise<void> {
    const { clock, isFocused, window, tell } = this.#options;
    const now = clock.now();
    const due = this.unseen.filter(({ toldBy, at }) => toldBy === undefined && at > now - toldWithinMs);
    if (due.length === 0 || !isFocused() || this.#cancelTell) return;
    // A clock that was set back does not silence.
    const used = Math.min(Math.max(this.#fullAt - now, 0), tellAtOnce * tellEveryMs);
    const waitMs = used - (tellAtOnce - 1) * tellEveryMs;
    if (waitMs > 0) {
      this.#cancelTell = clock.after(waitMs, () => {
        this.#cancelTell = undefined;
        void this.#tellDue();
      });
      return;
    }
    this.#fullAt = now + used + tellEveryMs;
    const done = new Set(await this.#do({ deed: 'tell', ids: due.map(({ id }) => id), window }));
    const mine = due.filter(({ id }) => done.has(id));
    if (mine.length > 0 && !this.#disposed) tell(mine);
  }

  /** One deed after the other, so that the board is always that of the last one. */
  #do(deed: AlertDeed): Promise<readonly string[]> {
    const { store, log, onChange } = this.#options;
    const next = this.#turn.then(async () => {
      if (this.#disposed) return [];
      try {
        const { done, ...board } = await (await store).alerts(deed);
        const isSame = JSON.stringify(board) === JSON.stringify(this.#board);
        this.#board = board;
        if (!isSame) onChange();
        return done;
      } catch (error) {
        log.warn(text('Alerts were not kept: {0}', errorWords(error)));
        return [];
      }
    });
    this.#turn = next;
    return next;
  }
}
