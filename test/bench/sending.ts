import { setTimeout as sleep } from 'node:timers/promises';

/** Sends what is due by the clock, again and again, while something else is done. */
export async function whileSending(
  { perSecond, everyMs }: { readonly perSecond: number; readonly everyMs: number },
  send: (from: number, to: number) => Promise<void>,
  during: () => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const sending = (async () => {
    const begun = performance.now();
    for (let sent = 0; !over.signal.aborted;) {
      const due = Math.floor(((performance.now() - begun) * perSecond) / 1000);
      await send(sent, due);
      sent = due;
      await sleep(everyMs);
    }
  })();
  try {
    await during();
  } finally {
    over.abort();
    await sending;
  }
}
