import { l10n, type Memento } from 'vscode';
import type { ReplayRun, ReplayWish } from '../../core/playback/replayRun.ts';
import { agreed, showInformation } from '../showMessage.ts';
import { translate } from '../translate.ts';
import type { ReplayStatus } from '../../rpc/inspectorReplay.ts';

/** How often the place of a replay is kept for the case that the window is loaded anew. */
const keptEveryMs = 1000;
const replayKey = 'replay';

interface Kept {
  readonly name: string;
  readonly where: string;
  readonly position: number;
  readonly length: number;
}

/** The replay of this window, at most one. It goes on whatever pages are open, until somebody leaves it. */
export class Replays {
  readonly #memento: Memento;
  readonly #listeners = new Set<() => void>();
  #run: ReplayRun | undefined;
  #keptAt = -Infinity;

  constructor(memento: Memento) {
    this.#memento = memento;
    const kept = memento.get<Kept>(replayKey);
    if (!kept) return;
    this.#forget();
    const { name, where, position, length } = kept;
    showInformation(
      l10n.t(
        'The replay of {0} into {1} ended when the window was loaded anew, after {2} of {3} events.',
        name,
        where,
        position,
        length,
      ),
    );
  }

  get status(): ReplayStatus | null {
    const run = this.#run;
    if (!run) return null;
    const { name, where, problem } = run;
    return { ...run.state, name, where, problem: problem ? translate(problem) : '' };
  }

  /** Whether a replay that is under way may end; asks the user where there is one. */
  async mayEnd(which: 'any' | 'local'): Promise<boolean> {
    const run = this.#run;
    if (!run || run.state.state === 'done' || (which === 'local' && !run.isLocal)) return true;
    const question = l10n.t('End the replay of {0} into {1}?', run.name, run.where);
    const detail = l10n.t('It is at event {0} of {1}.', run.state.position, run.state.length);
    return agreed(question, detail, l10n.t('End Replay'));
  }

  /** Begins a replay in the place of the one before. */
  start(run: ReplayRun): void {
    this.#run?.take({ wish: 'end' });
    this.#run = run;
    run.onDidChange(() => this.#changed(run));
    run.take({ wish: 'play' });
    this.#changed(run);
  }

  take(wish: ReplayWish): void {
    this.#run?.take(wish);
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#listeners.clear();
    this.#run?.take({ wish: 'end' });
  }

  #changed(run: ReplayRun): void {
    if (run !== this.#run) return;
    if (run.isOver) this.#run = undefined;
    this.#keep(run);
    for (const listener of [...this.#listeners]) listener();
  }

  #keep(run: ReplayRun): void {
    const { state, position, length } = run.state;
    if (run.isOver || state === 'done') {
      this.#forget();
      return;
    }
    const now = performance.now();
    if (now - this.#keptAt < keptEveryMs) return;
    this.#keptAt = now;
    const { name, where } = run;
    void this.#memento.update(replayKey, { name, where, position, length } satisfies Kept);
  }

  #forget(): void {
    this.#keptAt = -Infinity;
    void this.#memento.update(replayKey, undefined);
  }
}
