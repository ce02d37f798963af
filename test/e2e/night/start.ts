import { text } from '../../../src/core/model/text.ts';
import { bedrockCall, bedrockEvent, bedrockPush, fact, type NightMessage } from './message.ts';

interface Start {
  readonly moment: number;
  readonly server: string;
  /** Distinguishes the ids of this start from those of others. */
  readonly id: string;
  /** The server's words where it does not start. */
  readonly failure?: string;
}

/** Everything that comes of a press on "Start": the operation, its call, the task of the server, its events. */
export function start({ moment, server, id, failure }: Start): readonly NightMessage[] {
  const task = `7d41c9e0-0000-4000-8000-${id.padStart(12, '0')}`;
  const operation = `9b3f5a10-0000-4000-8000-${id.padStart(12, '0')}`;
  const call = `2c8e7714-0000-4000-8000-${id.padStart(12, '0')}`;
  const result = {
    status: failure === undefined ? 'success' : 'error',
    message: failure ?? `Server '${server}' process started.`,
  };
  const subject = { kind: 'instance', key: server };
  const title = text('Starting {0}', server);
  const taskData = (status: string, message: string, ended: typeof result | null) => ({
    status,
    message,
    result: ended,
    username: 'admin',
  });
  return [
    fact(
      moment,
      'mc',
      { type: 'operation.asked', id: operation, operation: 'start', title, window: 'w1', ...subject },
      operation,
    ),
    ...bedrockCall(
      moment + 4,
      ['POST', `/api/server/${server}/start`],
      {
        status: 202,
        body: {
          status: 'pending',
          message: `Start operation for server '${server}' initiated in background.`,
          task_id: task,
        },
        afterMs: 22,
      },
      { correlation: call },
    ),
    bedrockPush(
      moment + 40,
      'task_update',
      `task:${task}`,
      taskData('in_progress', 'Task is running.', null),
    ),
    bedrockEvent(moment + 45, 'before_server_start', server),
    bedrockEvent(moment + 1840, 'after_server_start', server, result),
    bedrockPush(
      moment + 1850,
      'task_update',
      `task:${task}`,
      taskData('success', 'Task completed successfully.', result),
    ),
    fact(
      moment + 1860,
      'mc',
      {
        type: 'operation.finished',
        id: operation,
        operation: 'start',
        ...subject,
        outcome: failure === undefined ? 'succeeded' : 'failed',
        message: text('{0}', result.message),
      },
      operation,
    ),
  ];
}
