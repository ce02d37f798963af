import type { Handlers } from '../../../src/rpc/channel.ts';
import type { DetailRequests, EventContext } from '../../../src/rpc/inspectorDetail.ts';
import { detailOf, rowOf } from './events.ts';

const FIELDS: EventContext['fields'] = [
  ['EventType', 'Type of the event.'],
  ['Data.InstanceName', 'Name of the instance.'],
  ['Data.LifecycleManager', 'What keeps the server running: "standalone" (KGSM itself) or "systemd".'],
  ['Data.Players.names.*', 'Name of a player.'],
  ['Timestamp', "KGSM's time, UTC."],
];

/** A start with its call, its task and its events, of which the given event is the fourth. */
function contextOf(seq: number): EventContext {
  const at = detailOf(rowOf(seq, null)).receivedAt - 3001;
  const related: EventContext['related'] =
    seq % 8 !== 3
      ? []
      : (
          [
            [0, 10, 'POST /api/server/{server}/start', 'Answered 202', 'debug', 'out'],
            [-1, 3002, 'task_update', 'Task is running.', 'info', 'in'],
            [1, null, 'event:before_server_start', 'Is to be started', 'debug', 'in'],
            [3001, null, 'event:after_server_start', 'Was not started: already running', 'error', 'in'],
            [3002, null, 'task_update', 'failed: Server alpha is already running', 'error', 'in'],
          ] as const
        ).map(([after, took, type, summary, severity, direction], index) => ({
          seq: seq - 3 + index,
          receivedAt: at + after,
          until: took === null ? null : at + after + took,
          type,
          summary,
          severity,
          direction,
          link: index === 2 ? 'meanwhile' : 'linked',
        }));
  return {
    seq,
    fields: FIELDS,
    previous: {
      from: seq > 8 ? { seq: seq - 8, receivedAt: at - 61_000 } : null,
      to: { seq, receivedAt: at + 3001 },
      changes: [
        { path: '$.Data.result.status', kind: 'changed', from: '"success"', to: '"error"' },
        { path: '$.Data.result.message', kind: 'added', to: '"Server \'alpha\' is already running."' },
        { path: '$.Data.attempt', kind: 'removed', from: '{"number":1}' },
      ],
      more: 0,
    },
    related,
    moreRelated: 0,
    causeAt: related.length > 0 ? at : null,
    effects:
      related.length > 0
        ? [
            {
              thing: 'alpha',
              kind: 'Instance',
              field: 'State',
              before: { text: 'Starting', icon: 'loading~spin', color: 'charts.blue' },
              after: { text: 'Failed', icon: 'error', color: 'testing.iconFailed' },
            },
            {
              thing: 'alpha',
              kind: 'Instance',
              field: 'Reason',
              before: null,
              after: { text: "Server 'alpha' is already running." },
            },
            {
              thing: 'Start alpha',
              kind: 'Task',
              field: 'State',
              after: { text: 'Failed', icon: 'error', color: 'testing.iconFailed' },
            },
          ]
        : [],
    sharers: related.length > 0 ? 2 : 0,
    effectsNote: '',
  };
}

/** Answers to the detail, about events that are made up. */
export const detailFakes: Handlers<{ readonly requests: DetailRequests; readonly notices: object }> = {
  eventContext: ({ seq }) => contextOf(seq),
  compareSelected: () => {
    const { previous } = contextOf(19);
    return previous && { ...previous, from: { seq: 18, receivedAt: previous.to.receivedAt - 2 } };
  },
  openDocument: () => null,
  openDifference: () => null,
};
