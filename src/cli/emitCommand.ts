import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { openTarget, targetUsage } from './openTarget.ts';
import { questionsOf, sendAll } from './sending.ts';

const mostEvents = 100_000;
const highestRate = 1000;

export const emitCommand: Command = {
  usage: `usage: gsops emit '<event JSON>' --to <target> [--config <file>] [--count n] [--rate n/s] [--yes] [--json]
  Sends one message, or --count of them, as they stand; as fast as the target takes them unless --rate is set.
  What may change something at the target is sent with --yes alone. --json prints {"sent":{"delivered":n,"failed":n,"of":n}}.
${targetUsage}
  examples:
    gsops emit '{"EventType":"instance_started","Data":{"InstanceName":"mc-1"}}' --to socket:/tmp/bot.sock
    gsops emit '{"EventType":"instance_crashed","Data":{"InstanceName":"mc-1"}}' --to socket:/tmp/bot.sock --count 50 --rate 100/s
    gsops emit '{"EventType":"instance_stopped","Data":{"InstanceName":"mc-1"}}' --to home --config gsops.jsonc --json`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      to: { type: 'string' },
      config: { type: 'string' },
      count: { type: 'string', default: '1' },
      rate: { type: 'string' },
      yes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const [event, ...more] = positionals;
    if (event === undefined) throw new UsageError('The event is missing.');
    if (more.length > 0) throw new UsageError('The event is one argument: put it in quotes.');
    if (values.to === undefined) throw new UsageError('--to is missing.');
    const count = Number(values.count);
    if (!Number.isInteger(count) || count < 1 || count > mostEvents)
      throw new UsageError(`--count must be a whole number from 1 to ${mostEvents}.`);
    const perSecond = rateOf(values.rate);
    const signal = interrupted();
    const registry = new SystemRegistry(systems);
    const all = await registry.loadAll();
    const target = await openTarget(values.to, all, signal, values.config);
    try {
      // A plain receiver takes messages of every system.
      const system = target.destination.system?.id ?? registry.ids[0] ?? '';
      const item = { at: 0, bytes: Buffer.from(event), system, connection: '' };
      const [question] = questionsOf([item], [target]);
      if (question !== undefined && !values.yes) throw new Error(`${question} Add --yes to send it.`);
      return await sendAll({
        name: 'the event',
        items: Array.from({ length: count }, () => item),
        targets: [target],
        systems: all,
        ...(perSecond === undefined
          ? { speed: 'max' as const }
          : { speed: 1, gaps: { kind: 'rate' as const, perSecond } }),
        signal,
        json: values.json,
      });
    } finally {
      await target.close();
    }
  },
};

function rateOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const rate = Number(written.replace(/\/s$/, ''));
  if (rate > 0 && rate <= highestRate) return rate;
  throw new UsageError(`--rate must be above 0 and at most ${highestRate}/s, such as 10/s.`);
}
