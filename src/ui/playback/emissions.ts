import { EventEmitter, l10n, workspace, type Disposable } from 'vscode';
import { systemClock } from '../../core/model/clock.ts';
import { text } from '../../core/model/text.ts';
import { EchoWatch } from '../../core/playback/emission/echoWatch.ts';
import { EmitSeries, isSeries } from '../../core/playback/emission/emitSeries.ts';
import type { EmitDraft, EmitOutcome, EmitSeries as SeriesStatus } from '../../rpc/inspectorEmit.ts';
import type { EmitShelf } from '../inspector/emitShelf.ts';
import type { Runtime } from '../runtime.ts';
import { Throttle } from '../throttle.ts';
import { translate } from '../translate.ts';
import type { EmitTargets, NamedTarget } from './emitTargets.ts';

/** A message reaches its target within this time or did not. */
const sentWithinMs = 15_000;
/** How often the pages are told how far a series is. */
const toldEveryMs = 100;

/** Everything that is emitted in this window: single messages, and at most one series, which goes on whatever pages are open. */
export class Emissions implements Disposable {
  readonly #targets: EmitTargets;
  readonly #shelf: EmitShelf;
  readonly #changed = new EventEmitter<void>();
  readonly #echo = new EventEmitter<{ readonly correlation: string; readonly seq: number }>();
  readonly #throttle = new Throttle(toldEveryMs, () => this.#changed.fire());
  #echoes: Promise<EchoWatch | undefined>;
  /** The timeline in whose journal echoes are looked for. */
  #timeline: string;
  readonly #following: { dispose(): void };
  #series: { readonly run: EmitSeries; readonly count: number; readonly perSecond: number } | undefined;
  /** A question about the targets of a series is open. */
  #isAsking = false;
  readonly onDidChange = this.#changed.event;
  readonly onDidEcho = this.#echo.event;

  constructor(runtime: Runtime, targets: EmitTargets, shelf: EmitShelf) {
    this.#targets = targets;
    this.#shelf = shelf;
    const { timelines } = runtime;
    this.#timeline = timelines.base;
    this.#echoes = this.#watchEchoes(runtime);
    this.#following = timelines.onDidChange(() => {
      if (this.#timeline === timelines.base) return;
      this.#timeline = timelines.base;
      this.#endEchoes();
      this.#echoes = this.#watchEchoes(runtime);
    });
  }

  get series(): SeriesStatus | null {
    if (!this.#series) return null;
    const { run, count, perSecond } = this.#series;
    return {
      count,
      perSecond,
      running: run.isRunning,
      targets: run.progress.map(({ problem, ...progress }) => ({
        ...progress,
        problem: problem ? translate(problem) : '',
      })),
    };
  }

  /** Sends a message once to each of the targets that the user agrees to. */
  async send(draft: EmitDraft, ids: readonly string[]): Promise<readonly EmitOutcome[]> {
    const bytes = Buffer.from(draft.text);
    const chosen = await this.#targets.named(ids);
    const agreed = await this.#targets.agreedTo(chosen, bytes);
    const outcomes = await Promise.all(
      chosen.map((target) =>
        agreed.has(target)
          ? this.#sendTo(target, bytes)
          : Promise.resolve(outcomeOf(target, false, l10n.t('not sent'))),
      ),
    );
    await this.#remember(
      draft,
      chosen.filter((_, n) => outcomes[n]?.ok),
    );
    return outcomes;
  }

  /** Begins a series; null where one goes on already, or the user did not agree to any target. */
  async start(
    draft: EmitDraft,
    ids: readonly string[],
    count: number,
    perSecond: number,
  ): Promise<SeriesStatus | null> {
    if (this.#isAsking || this.#series?.run.isRunning === true || !isSeries(count, perSecond)) return null;
    const bytes = Buffer.from(draft.text);
    const chosen = await this.#targets.named(ids);
    this.#isAsking = true;
    const agreed = await this.#targets.agreedTo(chosen, bytes).finally(() => {
      this.#isAsking = false;
    });
    if (agreed.size === 0 || !workspace.isTrusted) return null;
    const run = new EmitSeries({
      targets: [...agreed].map(({ id, label }) => ({
        id,
        label,
        send: (signal) => this.#emitNow(id, bytes, signal),
      })),
      count,
      perSecond,
      clock: systemClock,
      onChange: () => this.#throttle.ask(),
    });
    this.#series = { run, count, perSecond };
    run.start();
    await this.#remember(draft, [...agreed]);
    return this.series;
  }

  stop(): void {
    this.#series?.run.stop();
  }

  dispose(): void {
    this.stop();
    this.#throttle.dispose();
    this.#changed.dispose();
    this.#echo.dispose();
    this.#following.dispose();
    this.#endEchoes();
  }

  #watchEchoes({ journals }: Runtime): Promise<EchoWatch | undefined> {
    return journals.store(this.#timeline).then(
      (store) =>
        new EchoWatch(store, systemClock, (correlation, seq) => this.#echo.fire({ correlation, seq })),
      // Without a journal nobody sees an echo.
      () => undefined,
    );
  }

  #endEchoes(): void {
    void this.#echoes.then((echoes) => echoes?.dispose());
  }

  async #sendTo(target: NamedTarget, bytes: Uint8Array): Promise<EmitOutcome> {
    const echoes = await this.#echoes;
    const before = echoes?.lastSeq ?? 0;
    const result = await this.#targets.emit(target, bytes, 'emitted', AbortSignal.timeout(sentWithinMs));
    if (!result.ok) return outcomeOf(target, false, translate(result.message));
    const correlation = target.connection === undefined ? undefined : result.correlation;
    if (correlation !== undefined) echoes?.expect(correlation, before);
    return outcomeOf(target, true, '', correlation);
  }

  /** The target as it is now: its session may be another one than at the start of the series. */
  async #emitNow(id: string, bytes: Uint8Array, signal: AbortSignal): ReturnType<EmitTargets['emit']> {
    const [target] = await this.#targets.named([id]);
    if (!target) return { ok: false, message: text('The target is gone.') };
    // One of thousands a minute: its timer goes with it.
    const late = new AbortController();
    const abort = (): void => late.abort();
    const timer = setTimeout(abort, sentWithinMs);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await this.#targets.emit(target, bytes, 'emitted', late.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  async #remember(draft: EmitDraft, targets: readonly NamedTarget[]): Promise<void> {
    if (targets.length === 0) return;
    const systems = targets.map(({ system }) => system);
    await this.#shelf.remember(
      draft,
      systems,
      targets.map(({ label }) => label),
    );
  }
}

function outcomeOf({ id, label }: NamedTarget, ok: boolean, message: string, correlation = ''): EmitOutcome {
  return { target: id, label, ok, message, correlation };
}
