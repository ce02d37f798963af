import { text, type Text } from '../../../model/text.ts';
import { type InstanceOperation, type Operation, type Question, refused } from '../../operation.ts';
import { accessOperations } from './accessOperations.ts';
import { backupOperations } from './backupOperations.ts';
import { connectionOperations } from './connectionOperations.ts';
import { isUp, nameOf, offered, rests, serverCall } from './serverCall.ts';
import type { BedrockSettings } from '../settings.ts';
import type { BedrockSession } from '../session/bedrockSession.ts';

type InstanceOp = InstanceOperation<BedrockSettings, BedrockSession>;

function down(
  id: 'stop' | 'restart',
  action: Text,
  progress: (name: string) => Text,
  question: (name: string, connection: string) => Text,
  done: (name: string) => Text,
): InstanceOp {
  return {
    id,
    effect: 'interrupts',
    target: 'instance',
    progressTitle: (instance) => progress(nameOf(instance)),
    ...offered('moderator', (instance) => isUp(instance) || (id === 'stop' && instance.state === 'starting')),
    confirm: (instance, connection): Question => ({
      message: question(nameOf(instance), connection),
      detail: text('Players are warned and then disconnected.'),
      action,
    }),
    run: serverCall('POST', id, done),
  };
}

/** Problem of a line for the console of a server. */
function checkCommand(line: string): Text | undefined {
  if (line.trim() === '') return text('A command is needed.');
  return /[\r\n]/.test(line) ? text('One line only.') : undefined;
}

const lifecycleOperations: readonly InstanceOp[] = [
  {
    id: 'start',
    effect: 'changes',
    target: 'instance',
    progressTitle: (instance) => text('Starting {0}', nameOf(instance)),
    ...offered('moderator', (instance) => rests(instance) && !isUp(instance)),
    run: serverCall('POST', 'start', (name) => text('{0} started', name)),
  },
  down(
    'stop',
    text('Stop'),
    (name) => text('Stopping {0}', name),
    (name, connection) => text('Stop {0} on {1}?', name, connection),
    (name) => text('{0} stopped', name),
  ),
  down(
    'restart',
    text('Restart'),
    (name) => text('Restarting {0}', name),
    (name, connection) => text('Restart {0} on {1}?', name, connection),
    (name) => text('{0} restarted', name),
  ),
  {
    id: 'command',
    effect: 'changes',
    target: 'instance',
    progressTitle: (instance) => text('Sending a command to {0}', nameOf(instance)),
    ...offered('moderator', isUp),
    inputs: [
      {
        field: 'command',
        prompt: text('A command for the console of the server'),
        placeholder: text('say hello'),
        check: checkCommand,
      },
    ],
    async run({ input, instance, session, signal }) {
      const line = input['command'] ?? '';
      const wrong = checkCommand(line);
      if (wrong) return refused(wrong);
      const { sendCommand } = await import('./calls.ts');
      return sendCommand(session, instance.key, line, signal);
    },
  },
  {
    id: 'update',
    effect: 'interrupts',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Updating {0}', nameOf(instance)),
    ...offered('admin', rests),
    confirm: (instance, connection) => ({
      message: text('Update {0} on {1}?', nameOf(instance), connection),
      detail: text('The server is stopped meanwhile if it runs; players are disconnected.'),
      action: text('Update'),
    }),
    run: serverCall('POST', 'update', (name) => text('{0} is up to date', name)),
  },
  {
    id: 'remove',
    effect: 'destroys',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Deleting {0}', nameOf(instance)),
    ...offered('admin', rests),
    confirm: (instance, connection) => ({
      message: text('Delete {0} on {1}?', nameOf(instance), connection),
      detail: text(
        'The server is stopped; its files, worlds and backups are deleted. This cannot be undone. Type the name to go ahead.',
      ),
      action: text('Delete'),
      typed: instance.name,
    }),
    run: serverCall('DELETE', 'delete', (name) => text('{0} is deleted', name)),
  },
  {
    id: 'worldExport',
    effect: 'interrupts',
    command: { title: 'Export World', icon: '$(export)' },
    target: 'instance',
    progressTitle: (instance) => text('Exporting the world of {0}', nameOf(instance)),
    ...offered('admin', rests),
    confirm: (instance, connection) =>
      isUp(instance)
        ? {
            message: text('Export the world of {0} on {1}?', nameOf(instance), connection),
            detail: text('The server is stopped meanwhile; players are disconnected.'),
            action: text('Export'),
          }
        : undefined,
    run: serverCall('POST', 'world/export', (name) => text('The world of {0} is exported', name)),
  },
  {
    id: 'worldReset',
    effect: 'destroys',
    command: { title: 'Reset World…', icon: '$(discard)' },
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Resetting the world of {0}', nameOf(instance)),
    ...offered('admin', rests),
    confirm: (instance, connection) => ({
      message: text('Reset the world of {0} on {1}?', nameOf(instance), connection),
      detail: text(
        'The world is deleted; a new one is made with the next start. This cannot be undone. Type the name to go ahead.',
      ),
      action: text('Reset'),
      typed: instance.name,
    }),
    run: serverCall('DELETE', 'world/reset', (name) => text('The world of {0} is reset', name)),
  },
];

/** Operations of this system; those that the user's role does not permit are not offered. */
export const bedrockOperations: readonly Operation<BedrockSettings, BedrockSession>[] = [
  ...lifecycleOperations,
  ...backupOperations,
  ...accessOperations,
  ...connectionOperations,
];
