interface Limit {
  readonly timeoutMs: number;
  /** Makes the error that `work` is aborted with when the time is over. */
  readonly late: () => Error;
  /** Ends the attempt earlier; the promise then rejects with the signal's reason. */
  readonly signal: AbortSignal | undefined;
}

/** Runs one attempt under a limit of time. Whatever `work` rejects with after an abort, the reason of the abort is told. */
export async function withTimeout<T>(
  { timeoutMs, late, signal }: Limit,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(late()), timeoutMs);
  const stop = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  try {
    return await work(stop);
  } catch (error) {
    stop.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
