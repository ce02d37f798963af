import { writeSync } from 'node:fs';
import { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { defaultLimits } from '../../../../../src/core/journal/store/retention.ts';
import { workerBackend } from '../../../../../src/core/journal/store/workerBackend.ts';

/** Appends 5,000 events a second and prints the last number of each batch that was acknowledged, until it is killed. */
const [path = '', begin = '0'] = process.argv.slice(2);
const address = { source: 'home', host: '', connection: 'home', system: 'kgsm' };
const store = await JournalStore.open({
  path,
  software: 'crash',
  limits: defaultLimits,
  clock: {
    now: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => {
        clearTimeout(timer);
      };
    },
  },
  backend: workerBackend(new URL('../../../../../src/core/journal/store/worker.ts', import.meta.url)),
});
let next = Number(begin);
const started = performance.now();
setInterval(() => {
  const due = Number(begin) + (performance.now() - started) * 5;
  const events: StoredEvent[] = [];
  while (next < due)
    events.push({
      ...address,
      receivedAt: Date.now(),
      channel: 'push',
      direction: 'in',
      origin: 'live',
      type: 'instance_started',
      subject: { kind: 'instance', key: `i-${next % 20}` },
      severity: 'info',
      retention: next % 3 === 0 ? 'log' : 'lifecycle',
      summary: { template: 'started', args: [] },
      raw: String(next++),
      size: 8,
      truncated: false,
      redacted: [],
      problems: [],
    });
  const last = next - 1;
  void store
    .append({
      events,
      changes: [{ address, what: 'instance', key: 'last', state: JSON.stringify(last) }],
      contexts: [{ address, version: '1', context: JSON.stringify(last) }],
      cursors: [{ address, cursor: JSON.stringify(last) }],
    })
    .then(() => writeSync(1, `${last}\n`));
}, 4);
