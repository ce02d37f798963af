import type { Instance } from '../../model/instance.ts';
import { lifecycle } from '../../model/lifecycle.ts';
import { oneLine, text, type Text } from '../../model/text.ts';
import type { Operation, OperationResult, OperationRun } from '../system.ts';
import { failureOf, runKgsm } from './cli.ts';
import type { KgsmSettings } from './settings.ts';

/** KGSM waits up to 30 s for a stop and has slow starters behind systemd; beyond this it hangs. */
const operationTimeoutMs = 120_000;
/** `--save` blocks for the configured 5 s and more for big worlds. */
const saveTimeoutMs = 30_000;

function mayStop(instance: Instance): boolean {
  const { up, transitional } = lifecycle[instance.state];
  return instance.state === 'unknown' || (up && !transitional);
}

function mayStart(instance: Instance): boolean {
  const { up, transitional } = lifecycle[instance.state];
  // Starting what runs would start it twice; so what is unknown may be started, but not without a question.
  return !up && !transitional && instance.state !== 'removed';
}

export const kgsmOperations: readonly Operation<KgsmSettings>[] = [
  {
    id: 'start',
    title: text('Start'),
    target: 'instance',
    progressTitle: (instance) => text('Starting {0}', oneLine(instance.name, 60)),
    when: mayStart,
    confirm(instance, connection) {
      if (instance.state !== 'unknown') return undefined;
      return {
        message: text('Start {0} on {1}?', oneLine(instance.name, 60), connection),
        detail: text('Its state is not known. KGSM starts a second process if it is running already.'),
        action: text('Start'),
      };
    },
    run: (run) => kgsm(run, '--start', text('{0} started', oneLine(run.instance.name, 60))),
  },
  {
    id: 'stop',
    title: text('Stop'),
    target: 'instance',
    progressTitle: (instance) => text('Stopping {0}', oneLine(instance.name, 60)),
    when: mayStop,
    confirm: (instance, connection) => ({
      message: text('Stop {0} on {1}?', oneLine(instance.name, 60), connection),
      detail: text('Players are disconnected. The world is saved first.'),
      action: text('Stop'),
    }),
    async run(run) {
      await save(run);
      return kgsm(run, '--stop', text('{0} stopped', oneLine(run.instance.name, 60)));
    },
  },
  {
    id: 'restart',
    title: text('Restart'),
    target: 'instance',
    progressTitle: (instance) => text('Restarting {0}', oneLine(instance.name, 60)),
    when: mayStop,
    confirm: (instance, connection) => ({
      message: text('Restart {0} on {1}?', oneLine(instance.name, 60), connection),
      detail: text('Players are disconnected. The world is saved first.'),
      action: text('Restart'),
    }),
    async run(run) {
      await save(run);
      return kgsm(run, '--restart', text('{0} restarted', oneLine(run.instance.name, 60)));
    },
  },
];

async function kgsm(run: OperationRun<KgsmSettings>, verb: string, done: Text): Promise<OperationResult> {
  const { root } = run.settings;
  if (root === undefined) return { outcome: 'refused', message: noRoot };
  const result = await runKgsm({
    root,
    args: ['-i', run.instance.key, verb],
    timeoutMs: operationTimeoutMs,
    signal: run.signal,
    onOutput: (chunk) => {
      run.output(chunk);
    },
  });
  if (result.code === 0 && !result.problem) return { outcome: 'succeeded', message: done };
  return { outcome: 'failed', message: failureOf(result) };
}

/** KGSM 2 stops with an immediate TERM and sends no save of its own. A server that cannot save is stopped all the same. */
async function save(run: OperationRun<KgsmSettings>): Promise<void> {
  const { root } = run.settings;
  if (root === undefined || !lifecycle[run.instance.state].up) return;
  run.progress(text('Saving the world'));
  const result = await runKgsm({
    root,
    args: ['-i', run.instance.key, '--save'],
    timeoutMs: saveTimeoutMs,
    signal: run.signal,
  });
  if (result.code !== 0) run.progress(text('The world could not be saved: {0}', failureOf(result)));
}

const noRoot = text('this connection has no "root": it listens to events, but cannot reach KGSM itself');
