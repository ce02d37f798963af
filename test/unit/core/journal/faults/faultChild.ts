import { createInterface } from 'node:readline';
import { compileText } from '../../../../../src/core/journal/compileText.ts';
import { inProcessBackend } from '../../../../../src/core/journal/store/inProcessBackend.ts';
import { retryMs } from '../../../../../src/core/journal/store/journalFile.ts';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english, type Text } from '../../../../../src/core/model/text.ts';
import { draft, kgsmEvent, silentLog } from '../../helpers.ts';
import { openWindow } from '../journalWindow.ts';

/**
 * A window in a process of its own, which captures `home`. Each line of its input is a command, answered by one line:
 * `event <instance>` brings an event and a read position, `retry` lets 30 s go by, `check` looks for damage, `end` closes.
 */
export interface Report {
  readonly kept: string;
  /** Instances in the tree. */
  readonly tree: readonly string[];
  /** Instances of the events in the journal. */
  readonly events: readonly string[];
  readonly cursor: unknown;
  readonly errors: readonly string[];
}

const [folder = ''] = process.argv.slice(2);
const timers = new Map<() => void, number>();
const errors: string[] = [];
const error = (message: Text): void => void errors.push(english(message));
const window = await openWindow(folder, 'kgsm', {
  backend: () =>
    inProcessBackend(compileText, {
      repeat(ms, run) {
        timers.set(run, ms);
        return () => timers.delete(run);
      },
    }),
  log: { ...silentLog, error, warn: error },
});
const { journals, pipeline } = window;
const release = await window.capture();

async function report(): Promise<Report> {
  await journals.settle();
  const store = await journals.store('live').catch(() => undefined);
  const { cursors } = (await store?.state()) ?? { cursors: [] };
  const { events } = (await store?.range('channel:push', 0, Number.MAX_SAFE_INTEGER)) ?? { events: [] };
  return {
    kept: !store ? 'nowhere' : store.status.durable ? 'file' : (store.status.reason ?? 'unknown'),
    tree: instancesOf(pipeline.fleet(), 'home').map(({ key }) => key),
    events: events.map(({ subject }) => subject?.key ?? ''),
    cursor: cursors.map(({ cursor }) => JSON.parse(cursor) as unknown)[0],
    errors,
  };
}

async function run(command: string, instance = ''): Promise<void> {
  switch (command) {
    case 'event':
      pipeline.ingest(draft(kgsmEvent('instance_started', instance)));
      journals.memory('home').save({ after: instance });
      return;
    case 'retry':
      for (const [tick, ms] of timers) if (ms === retryMs) tick();
      return;
    case 'check': {
      const store = await journals.store('live');
      await store.check().catch(() => undefined);
      return;
    }
    case 'end':
      await release();
      await journals.dispose();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', instance] = line.split(' ');
  await run(command, instance);
  console.log(command === 'end' ? '{}' : JSON.stringify(await report()));
  if (command === 'end') break;
}
