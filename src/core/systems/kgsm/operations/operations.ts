import type { Instance } from '../../../model/instance.ts';
import { lifecycle } from '../../../model/lifecycle.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import {
  failed,
  type InstanceOperation,
  type Operation,
  type OperationResult,
  type OperationRun,
  refused,
  succeeded,
} from '../../operation.ts';
import { failureOf, problemOf, runKgsm } from '../program/runKgsm.ts';
import { backupsOf, isActive } from '../program/cliQueries.ts';
import { cliSyntaxOf, unknownProgram, type Verb } from '../program/cliSyntax.ts';
import type { Work } from '../decode/decoderState.ts';
import type { KgsmSession } from '../session/kgsmSession.ts';
import { backUp, listBackups } from './backups.ts';
import { checkCommand, refusedByThird } from './consoleLine.ts';
import { installOperation } from './installOperation.ts';
import { longTimeoutMs, noRoot, runCommand } from './runCommand.ts';
import type { KgsmSettings } from '../settings.ts';

/** KGSM waits up to 30 s for a stop and has slow starters behind systemd; beyond this it hangs. */
const operationTimeoutMs = 120_000;
/** `--save` blocks for the configured 5 s and more for big worlds. */
const saveTimeoutMs = 30_000;

type KgsmRun = OperationRun<KgsmSettings, KgsmSession>;

function mayStop(instance: Instance, { root }: KgsmSettings): boolean {
  if (root === undefined) return false;
  const { up, transitional } = lifecycle[instance.state];
  return instance.state === 'unknown' || (up && !transitional);
}

function mayStart(instance: Instance, { root }: KgsmSettings): boolean {
  if (root === undefined) return false;
  const { up, transitional } = lifecycle[instance.state];
  // Starting what runs would start it twice; so what is unknown may be started, but not without a question.
  return !up && !transitional && instance.state !== 'removed';
}

function name(instance: Instance): string {
  return oneLine(instance.name, 60);
}

/** Backup and update need a server that is down: KGSM refuses otherwise. */
function isDown(instance: Instance, { root }: KgsmSettings): boolean {
  return root !== undefined && ['stopped', 'failed', 'crashed', 'unknown'].includes(instance.state);
}

function isThere(instance: Instance, { root }: KgsmSettings): boolean {
  return root !== undefined && instance.state !== 'removed' && !lifecycle[instance.state].transitional;
}

function down(
  id: 'stop' | 'restart',
  texts: {
    action: Text;
    progress: (name: string) => Text;
    question: (name: string, connection: string) => Text;
    done: (name: string) => Text;
  },
): InstanceOperation<KgsmSettings, KgsmSession> {
  return {
    id,
    effect: 'interrupts',
    target: 'instance',
    progressTitle: (instance) => texts.progress(name(instance)),
    when: mayStop,
    confirm: (instance, connection) => ({
      message: texts.question(name(instance), connection),
      detail: text('Players are disconnected. The world is saved first.'),
      action: texts.action,
    }),
    async run(run) {
      await saveFirst(run);
      return kgsm(run, id, texts.done(name(run.instance)));
    },
  };
}

export const kgsmOperations: readonly Operation<KgsmSettings, KgsmSession>[] = [
  {
    id: 'start',
    effect: 'changes',
    target: 'instance',
    progressTitle: (instance) => text('Starting {0}', name(instance)),
    when: mayStart,
    confirm(instance, connection) {
      if (instance.state !== 'unknown') return undefined;
      return {
        message: text('Start {0} on {1}?', name(instance), connection),
        detail: text('Its state is not known. KGSM starts a second process if it is running already.'),
        action: text('Start'),
      };
    },
    run: (run) => onlyWhileDown(run, () => kgsm(run, 'start', text('{0} started', name(run.instance)))),
  },
  down('stop', {
    action: text('Stop'),
    progress: (instance) => text('Stopping {0}', instance),
    question: (instance, connection) => text('Stop {0} on {1}?', instance, connection),
    done: (instance) => text('{0} stopped', instance),
  }),
  down('restart', {
    action: text('Restart'),
    progress: (instance) => text('Restarting {0}', instance),
    question: (instance, connection) => text('Restart {0} on {1}?', instance, connection),
    done: (instance) => text('{0} restarted', instance),
  }),
  {
    id: 'save',
    effect: 'changes',
    target: 'instance',
    progressTitle: (instance) => text('Saving {0}', name(instance)),
    when: mayStop,
    run: (run) => kgsm(run, 'save', text('{0} saved', name(run.instance))),
  },
  {
    id: 'command',
    effect: 'changes',
    target: 'instance',
    progressTitle: (instance) => text('Sending a command to {0}', name(instance)),
    when: mayStop,
    inputs: [
      {
        field: 'command',
        prompt: text('A command for the console of the server'),
        placeholder: text('say hello'),
        check: (line, session) =>
          checkCommand(line) ?? (session?.generation?.() === 3 ? refusedByThird(line) : undefined),
      },
    ],
    async run(run) {
      const line = run.input['command'] ?? '';
      return runCommand(run, {
        args: (syntax) => syntax.input(run.instance.key, line),
        refuse: (generation) => (generation === 3 ? refusedByThird(line) : undefined),
        done: text('Sent to {0}', name(run.instance)),
        timeoutMs: operationTimeoutMs,
      });
    },
  },
  {
    id: 'backup',
    effect: 'changes',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Backing up {0}', name(instance)),
    when: isDown,
    run: (run) => onlyWhileDown(run, () => backUp(run)),
  },
  {
    id: 'listBackups',
    effect: 'reads',
    target: 'instance',
    answers: true,
    progressTitle: (instance) => text('Looking for the backups of {0}', name(instance)),
    when: isThere,
    run: listBackups,
  },
  {
    id: 'restore',
    effect: 'changes',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Restoring {0}', name(instance)),
    when: isDown,
    inputs: [
      {
        field: 'backup',
        prompt: text('Which backup?'),
        none: text('There is no backup of this instance.'),
        options: ({ settings: { root }, instance, signal }) =>
          root === undefined || !instance ? [] : backupsOf(root, instance.key, signal),
      },
    ],
    confirm: (instance, connection) => ({
      message: text('Restore the backup of {0} on {1}?', name(instance), connection),
      detail: text(
        'The files of the server are replaced by those of the backup. KGSM backs up what is there first.',
      ),
      action: text('Restore'),
    }),
    async run(run) {
      const { backup } = run.input;
      if (backup === undefined || backup === '') return refused(text('The name of a backup is needed.'));
      return onlyWhileDown(run, () =>
        runCommand(run, {
          args: (syntax) => syntax.restore(run.instance.key, backup),
          done: text('{0} is restored', name(run.instance)),
          timeoutMs: longTimeoutMs,
          work: { work: 'restore', instance: run.instance.key },
        }),
      );
    },
  },
  {
    id: 'checkUpdate',
    effect: 'reads',
    command: { title: 'Check for Update', icon: '$(cloud)' },
    target: 'instance',
    answers: true,
    progressTitle: (instance) => text('Looking for an update of {0}', name(instance)),
    when: isThere,
    run: checkUpdate,
  },
  {
    id: 'update',
    effect: 'changes',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Updating {0}', name(instance)),
    when: isDown,
    confirm: (instance, connection) => ({
      message: text('Update {0} on {1}?', name(instance), connection),
      detail: text('The server files are replaced by the newest version.'),
      action: text('Update'),
    }),
    run: (run) =>
      onlyWhileDown(run, () =>
        kgsm(run, 'update', text('{0} is up to date', name(run.instance)), longTimeoutMs),
      ),
  },
  {
    id: 'remove',
    effect: 'destroys',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Uninstalling {0}', name(instance)),
    when: isDown,
    confirm: (instance, connection) => ({
      message: text('Uninstall {0} on {1}?', name(instance), connection),
      detail: text(
        'Its files, worlds and backups are deleted. This cannot be undone. Type the name to go ahead.',
      ),
      action: text('Uninstall'),
      typed: instance.name,
    }),
    run: (run) =>
      onlyWhileDown(run, () =>
        kgsm(run, 'remove', text('{0} is uninstalled', name(run.instance)), longTimeoutMs),
      ),
  },
  installOperation,
];

/** Exit code 0 means that there is an update, 1 that there is none or that the look failed; the words tell which. */
async function checkUpdate(run: KgsmRun): Promise<OperationResult> {
  const { root } = run.settings;
  if (root === undefined) return refused(noRoot);
  const syntax = await cliSyntaxOf(root, run.signal);
  if (!syntax) return refused(unknownProgram);
  const args = syntax.verbs.checkUpdate(run.instance.key);
  const result = await runKgsm({ root, args, timeoutMs: operationTimeoutMs, signal: run.signal });
  run.output(result.output);
  const version = oneLine(result.stdout.trim().split('\n').at(-1) ?? '', 60);
  const problem = result.code === 0 ? problemOf(result, syntax.generation) : undefined;
  if (problem) return failed(problem);
  // Version 3 says that there is none by saying nothing.
  if (result.code === 0 && version === '') return succeeded(text('{0} is up to date', name(run.instance)));
  if (result.code === 0) return succeeded(text('{0} can be updated to {1}', name(run.instance), version));
  if (result.code === 1 && /version is the same/i.test(result.output)) {
    return succeeded(text('{0} is up to date', name(run.instance)));
  }
  return failed(failureOf(result));
}

function kgsm(
  run: KgsmRun,
  verb: Verb,
  done: Text,
  timeoutMs = operationTimeoutMs,
): Promise<OperationResult> {
  const instance = run.instance.key;
  const work = workOf[verb];
  return runCommand(run, {
    args: (syntax) => syntax.verbs[verb](instance),
    done,
    timeoutMs,
    ...(work ? { work: { work, instance } } : {}),
  });
}

const workOf: Partial<Readonly<Record<Verb, Work>>> = {
  stop: 'stop',
  restart: 'restart',
  update: 'update',
  remove: 'uninstall',
};

/**
 * Looks before it goes ahead: KGSM starts a second process of a server that runs, and removes one from under it. What is
 * known from events may be older than what KGSM knows.
 */
async function onlyWhileDown(run: KgsmRun, go: () => Promise<OperationResult>): Promise<OperationResult> {
  const { root } = run.settings;
  if (root !== undefined && (await isActive(root, run.instance.key, run.signal)) === true) {
    run.session?.refresh?.();
    return refused(text('{0} is running, so this is not done.', name(run.instance)));
  }
  return go();
}

/** KGSM 2 stops with an immediate TERM and sends no save of its own. A server that cannot save is stopped all the same. */
async function saveFirst(run: KgsmRun): Promise<void> {
  const { root } = run.settings;
  const { state } = run.instance;
  if (root === undefined || !(lifecycle[state].up || state === 'unknown')) return;
  const syntax = await cliSyntaxOf(root, run.signal);
  if (!syntax) return;
  run.progress(text('Saving the world'));
  const result = await runKgsm({
    root,
    args: syntax.verbs.save(run.instance.key),
    timeoutMs: saveTimeoutMs,
    signal: run.signal,
  });
  const problem = problemOf(result, syntax.generation);
  if (problem) run.progress(text('The world could not be saved: {0}', problem));
}
