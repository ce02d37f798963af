import { rmSync, existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../../../../../src/core/journal/store/messages.ts';
import { nodeServiceOptions } from '../../../../../src/core/journal/store/nodeOptions.ts';
import { JournalService } from '../../../../../src/core/journal/store/service.ts';

/**
 * A worker that ends over the payload `{"end":"before" | "after" | "throws","marker":"<file>"}`, as long as the file stands:
 * before its commit, or after it and before its answer. "once" removes the file, so that the next worker lives.
 */
interface Order {
  readonly end: 'before' | 'after' | 'throws';
  readonly marker: string;
  readonly once: boolean;
}

function orderOf({ call, args }: ToWorker): Order | undefined {
  if (call !== 'append') return undefined;
  const text = args.events.find((value) => typeof value === 'string' && value.startsWith('{"end"'));
  const order = typeof text === 'string' ? (JSON.parse(text) as Order) : undefined;
  if (!order || !existsSync(order.marker)) return undefined;
  if (order.once) rmSync(order.marker);
  return order;
}

const port = parentPort;
if (port) {
  let endsAtAnswerOf = -1;
  new JournalService(
    {
      postMessage(message) {
        const answer = message as FromWorker;
        if ('id' in answer && answer.id === endsAtAnswerOf) process.exit(3);
        port.postMessage(message);
      },
      on: (event, listener) =>
        port.on(event, (message: unknown) => {
          const order = orderOf(message as ToWorker);
          if (order?.end === 'before') process.exit(3);
          if (order?.end === 'throws') throw new Error('out of order');
          if (order?.end === 'after') endsAtAnswerOf = (message as ToWorker).id;
          listener(message);
        }),
    },
    nodeServiceOptions,
  );
}
