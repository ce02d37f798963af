import { ProgressLocation, window } from 'vscode';
import { systemClock } from '../../core/model/clock.ts';

/** Progress that comes and goes at once is only a flicker. */
const momentMs = 700;

/** Shows the progress of a run that takes longer than a moment, with a way to cancel it. Undefined where the user cancelled, or `over` was aborted. */
export async function inProgress<T>(
  title: string,
  over: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const cancelled = new AbortController();
  const signal = AbortSignal.any([cancelled.signal, over]);
  const running = run(signal);
  try {
    if (await endsWithin(running, momentMs)) return await running;
    return await window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (_progress, token) => {
        token.onCancellationRequested(() => cancelled.abort());
        return running;
      },
    );
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** True if the promise resolves in that time; rejects as the promise does. */
async function endsWithin(running: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const cancel = systemClock.after(ms, () => late.resolve(false));
  try {
    return await Promise.race([running.then(() => true), late.promise]);
  } finally {
    cancel();
  }
}
