/** Reads `aborted` through a call: TypeScript narrows the property and does not know that it changes across an await. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Settles like the promise, or resolves with nothing once the signal aborts. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const done = (): void => aborted.resolve(undefined);
  if (signal.aborted) done();
  signal.addEventListener('abort', done, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', done);
  }
}
