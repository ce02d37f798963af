import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '../../../../../src/core/connections/connection.ts';
import { Journals } from '../../../../../src/core/journal/journals.ts';
import { Pipeline } from '../../../../../src/core/journal/pipeline.ts';
import { defaultLimits } from '../../../../../src/core/journal/store/retention.ts';
import { workerBackend } from '../../../../../src/core/journal/store/workerBackend.ts';
import { systemClock } from '../../../../../src/core/model/clock.ts';
import { liveTimeline } from '../../../../../src/core/model/event.ts';
import { english, type Text } from '../../../../../src/core/model/text.ts';
import { kgsm } from '../../../../../src/core/systems/kgsm/index.ts';
import { crashEvent, numberOf } from './crashEvents.ts';

/**
 * Captures the KGSM event files of `events/` as connection `home`, and 2,500 drafts a second as connection `drafts`, into
 * `history/`, until it is killed. After each commit prints the last number of each connection that it holds.
 */
const [folder = '', firstDraft = '0'] = process.argv.slice(2);

const fail = (problem: unknown): never => {
  console.error(problem);
  process.exit(1);
};
const failOn = (message: Text): never => fail(english(message));
const log = { debug: () => undefined, info: () => undefined, warn: failOn, error: failOn };

const decoderOf = () => kgsm.decoder;
const pipeline = new Pipeline({
  decoderOf,
  defer: setImmediate,
  onListenerError: (_listener, error) => fail(error),
});
const journals = new Journals({
  pipeline,
  folder: join(folder, 'history'),
  software: 'crash',
  clock: systemClock,
  newId: randomUUID,
  backend: () => workerBackend(new URL('../../../../../src/core/journal/store/worker.ts', import.meta.url)),
  loadSystem: () => Promise.resolve(),
  decoderOf,
  limits: () => defaultLimits,
  keepsEvents: () => true,
  window: 'here',
  isOpen: () => false,
  systemOf: () => kgsm.id,
  begin: Promise.resolve(),
  log,
});
await journals.restored;
const store = await journals.store(liveTimeline);

/** Events on their way to the journal, in its order. */
const underWay: { readonly connection: string; readonly number: number | undefined }[] = [];
pipeline.subscribe('crash', ({ events }) => {
  for (const { connection, raw } of events) underWay.push({ connection, number: numberOf(raw) });
});
store.onCommit(({ commit: { from, to } }) => {
  const committed = underWay.splice(0, to - from + 1);
  const last = (of: string): number | undefined =>
    committed.findLast(({ connection, number }) => connection === of && number !== undefined)?.number;
  writeSync(1, `${JSON.stringify({ home: last('home'), drafts: last('drafts') })}\n`);
});

const lock = journals.guard({ acquire: () => Promise.resolve(() => Promise.resolve()) });
await lock.acquire('drafts', new AbortController().signal, () => undefined);
const parsed = kgsm.parseSettings({
  kind: 'kgsm',
  id: 'home',
  events: 'journal',
  journalDir: join(folder, 'events'),
});
if (!parsed.ok) throw new Error(parsed.problems.map(english).join());
new Connection({
  system: kgsm,
  settings: parsed.settings,
  pipeline,
  lock,
  clock: systemClock,
  random: () => 0,
  log,
  host: 'gamehost',
  memory: (connection) => journals.memory(connection),
  secrets: () => () => Promise.resolve(undefined),
}).start();

let next = Number(firstDraft);
const begun = performance.now();
setInterval(() => {
  const due = Number(firstDraft) + (performance.now() - begun) * 2.5;
  for (; next < due; next++)
    pipeline.ingest({
      timeline: liveTimeline,
      receivedAt: Date.now(),
      host: 'gamehost',
      connection: 'drafts',
      system: kgsm.id,
      channel: 'push',
      direction: 'in',
      origin: 'live',
      bytes: Buffer.from(crashEvent(next)),
    });
}, 4);
