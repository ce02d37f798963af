import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { systemClock } from '../core/model/clock.ts';
import { english } from '../core/model/text.ts';
import { parseRenaming } from '../core/playback/names/renaming.ts';
import { pagesOf } from '../core/playback/recording/exportEvents.ts';
import { importRecording } from '../core/playback/recording/importRecording.ts';
import { itemsOfEvents, type ReplayItem } from '../core/playback/replayItem.ts';
import {
  dryRunLines,
  placeIn,
  planReplay,
  rewriteItem,
  type ReplayPlan,
} from '../core/playback/replayPlan.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { openJournal } from './journalFile.ts';
import { openTarget, targetUsage, type OpenTarget } from './openTarget.ts';
import { roundsOf, speedOf } from './playOptions.ts';
import { explained } from './queryCommand.ts';
import { questionsOf, sendAll } from './sending.ts';

export const replayCommand: Command = {
  usage: `usage: gsops replay <recording> --to <target> [--to <target>]… [--config <file>] [--speed 0.1…1000|max] [--rename a=b]…
                    [--shift-to-now] [--query '<query>'] [--start <place>] [--until <place>] [--loop n] [--stop-on-failure] [--dry-run] [--yes] [--json]
  Sends the messages of a recording (also gzipped, or an event file of KGSM) at their recorded distances, byte for byte
  except for what is asked for: other names of instances, times moved to now. A place is the number of an event, 50%, 90s, 5m, 1h or a time.
  --dry-run prints what would be sent. --yes sends what may change something at the target.
  --json prints {"sent":{"delivered":n,"failed":n,"of":n}}.
${targetUsage}
  examples:
    gsops replay night.gsops.ndjson --to socket:/tmp/bot.sock --speed 1000
    gsops replay night.gsops.ndjson.gz --to webhook:http://127.0.0.1:8787/ --query 'type:instance_crashed' --speed max
    gsops replay night.gsops.ndjson --to socket:/tmp/bot.sock --rename '*=test-*' --shift-to-now --dry-run`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      to: { type: 'string', multiple: true, default: [] },
      config: { type: 'string' },
      speed: { type: 'string', default: '1' },
      rename: { type: 'string', multiple: true, default: [] },
      'shift-to-now': { type: 'boolean', default: false },
      query: { type: 'string', default: '' },
      start: { type: 'string' },
      until: { type: 'string' },
      loop: { type: 'string', default: '1' },
      'stop-on-failure': { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError('One recording is replayed.');
    if (values.to.length === 0 && !values['dry-run']) throw new UsageError('--to is missing.');
    const speed = speedOf(values.speed);
    const rounds = roundsOf(values.loop);
    const rename = parseRenaming(values.rename);
    if ('problem' in rename) throw new UsageError(english(rename.problem));
    const changes = {
      shiftToNow: values['shift-to-now'],
      ...(values.rename.length === 0 ? {} : { rename }),
    };

    const signal = interrupted();
    const registry = new SystemRegistry(systems);
    const all = await registry.loadAll();
    const systemOf = (id: string): (typeof all)[number] | undefined => registry.get(id);
    const read = await readItems(file, values.query, registry, signal);
    const chosen = read.slice(
      values.start === undefined ? 0 : placeOf(read, '--start', values.start),
      values.until === undefined ? read.length : placeOf(read, '--until', values.until),
    );
    if (values['dry-run']) {
      const now = systemClock.now();
      for (const line of dryRunLines({ items: chosen, speed, changes, systemOf, now }))
        process.stdout.write(`${line}\n`);
      return 0;
    }
    const targets: OpenTarget[] = [];
    try {
      for (const written of values.to) targets.push(await openTarget(written, all, signal, values.config));
      const plan = planReplay(
        chosen,
        targets.map(({ destination }) => destination),
      );
      tellPlan(plan);
      const questions = questionsOf(plan.items, targets);
      if (questions.length > 0 && !values.yes)
        throw new Error(
          `${questions.length} of ${plan.items.length} events may change something there, such as: ${questions[0] ?? ''} Add --yes to send them.`,
        );
      if (plan.items.length === 0) throw new Error(`There is nothing to replay in ${file}.`);
      return await sendAll({
        name: basename(file),
        items: plan.items,
        targets,
        systems: all,
        speed,
        rounds,
        stopOnFailure: values['stop-on-failure'],
        rewrite: (item) => rewriteItem(item, systemOf(item.system), changes, systemClock.now()),
        signal,
        json: values.json,
      });
    } finally {
      await Promise.all(targets.map((target) => target.close()));
    }
  },
};

/** The messages of a recording that match, read by way of a journal that is removed again. */
async function readItems(
  file: string,
  query: string,
  registry: SystemRegistry,
  signal: AbortSignal,
): Promise<readonly ReplayItem[]> {
  if (!(await stat(file)).isFile()) throw new Error(`${file} is no file.`);
  const folder = await mkdtemp(join(tmpdir(), 'gsops-replay-'));
  const store = await openJournal(join(folder, 'journal.db'));
  try {
    const { problems, firstProblems, cut } = await importRecording({
      content: createReadStream(file),
      store,
      plainSystem: registry.ids[0] ?? '',
      name: basename(file),
      loadSystem: (system) => registry.load(system),
      decoderOf: (system) => registry.get(system)?.decoder,
      signal,
      onProgress: () => undefined,
    });
    signal.throwIfAborted();
    if (cut) throw new Error(english(cut));
    const [first] = firstProblems;
    if (first) process.stderr.write(`${problems} lines hold no event and are left out: ${english(first)}\n`);
    const result = await store.query(query);
    const newest = await result.rows({ anchor: 'newest', direction: 'older', count: 1 });
    const events = [];
    for await (const page of pagesOf(result, newest.rows[0]?.seq ?? 0)) events.push(...page);
    return itemsOfEvents(events);
  } catch (error) {
    throw explained(error);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function placeOf(items: readonly ReplayItem[], option: string, written: string): number {
  const place = placeIn(items, written);
  if (place === undefined)
    throw new UsageError(`${option} must be the number of an event, 50%, 90s, 5m, 1h or a time.`);
  // The end is the event that is named, not the one before it.
  return option === '--until' && /^\d+$/.test(written.trim()) ? place + 1 : place;
}

function tellPlan({ untaken, redacted, truncated }: ReplayPlan): void {
  for (const [system, count] of untaken)
    process.stderr.write(`${count} events of ${system} are left out: no target takes them.\n`);
  if (redacted > 0)
    process.stderr.write(`${redacted} events are sent without the secrets that were cut out of them.\n`);
  if (truncated > 0)
    process.stderr.write(`${truncated} events are not sent: they were cut off when they were recorded.\n`);
}
