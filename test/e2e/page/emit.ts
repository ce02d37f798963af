import type { Handlers } from '../../../src/rpc/channel.ts';
import type {
  EmitComposed,
  EmitForm,
  EmitPreview,
  EmitRequests,
  EmitSeries,
  EmitTemplate,
  SentMessage,
} from '../../../src/rpc/inspectorEmit.ts';
import { detailOf, rowOf } from './events.ts';

const kind = (type: string, category: string, description: string): EmitForm['types'][number] => ({
  system: 'kgsm',
  type,
  category,
  description,
});
const TYPES: EmitForm['types'] = [
  kind('instance_created', 'Lifecycle', 'An instance has been created from a blueprint.'),
  kind('instance_started', 'Lifecycle', 'The server of an instance has started.'),
  kind('instance_stopped', 'Lifecycle', 'The server of an instance has stopped, or was not running.'),
  kind('instance_crashed', 'Lifecycle', 'The server of an instance has ended by itself.'),
  kind('instance_ports_opened', 'Network', 'The firewall lets players through.'),
  kind('instance_backup_created', 'Backups', 'A backup has been made.'),
  kind('instance_backup_restored', 'Backups', 'A backup has been put back.'),
  kind('instance_player_joined', 'Players', 'A player has joined.'),
];
const TARGETS: EmitForm['targets'] = [
  { id: 'listener:home', label: 'home', detail: '/opt/kgsm/kgsm.sock', system: 'kgsm' },
  {
    id: 'path:1',
    label: 'other.sock',
    detail: '/opt/kgsm/a/very/long/folder/name/that/does/not/fit/other.sock',
    system: 'kgsm',
  },
  { id: 'local', label: 'Local only', detail: 'nothing leaves this window', system: 'kgsm' },
];
const word = { anyOf: [{ type: 'string' }, { type: 'null' }] };

/** A schema as the host makes it of zod's, with words and examples. */
function composed(type: string, target: string | null): EmitComposed {
  const instance = target === 'path:1' ? 'valheim-2' : 'mc-01';
  const example = {
    EventType: type,
    Data: {
      InstanceName: instance,
      LifecycleManager: 'standalone',
      Ports: [{ start: 25_565, end: 25_565, protocol: 'tcp' }],
    },
    Timestamp: '2026-11-20T18:06:41Z',
    Hostname: 'vm',
  };
  const port = {
    type: 'object',
    required: ['start', 'end', 'protocol'],
    properties: {
      start: {
        type: 'integer',
        minimum: 1,
        maximum: 65_535,
        description: 'First port of the range.',
        examples: [25_565],
      },
      end: { type: 'integer', description: 'Last port of the range.', examples: [25_565] },
      protocol: { type: 'string', enum: ['tcp', 'udp'], examples: ['tcp'] },
    },
  };
  const data = {
    type: 'object',
    required: ['InstanceName'],
    description: 'What the event says.',
    properties: {
      InstanceName: {
        type: 'string',
        minLength: 1,
        description: 'Name of the instance.',
        examples: [instance],
      },
      LifecycleManager: {
        anyOf: [{ type: 'string', enum: ['standalone', 'systemd'] }, { type: 'null' }],
        description: 'What keeps the server running.',
      },
      ExitCode: { ...word, description: 'Exit code of the server process.', examples: ['139'] },
      Restarts: { type: 'number', minimum: 0, description: 'How often it was started again.', examples: [3] },
      OverridesSystem: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
      Ports: { type: 'array', items: port, description: 'Ports that players come through.' },
    },
  };
  const schema = {
    type: 'object',
    required: ['EventType', 'Data'],
    properties: {
      EventType: { type: 'string', const: type, description: 'Type of the event.' },
      Data: data,
      Timestamp: { ...word, description: "KGSM's time, UTC.", examples: ['2026-11-20T18:06:41Z'] },
      Hostname: { ...word, description: 'Machine on which KGSM runs.', examples: ['vm'] },
    },
  };
  return { schema, example: JSON.stringify(example, null, 2) };
}

/** The part of the host that emits, with levers for the tests. */
export class FakeEmitter {
  templates: readonly EmitTemplate[] = [];
  history: readonly SentMessage[] = [];
  series: EmitSeries | null = null;

  handlers(): Handlers<{ readonly requests: EmitRequests; readonly notices: object }> {
    const labelOf = (id: string): string => TARGETS.find((target) => target.id === id)?.label ?? id;
    return {
      emitForm: () => ({
        types: TYPES,
        targets: TARGETS,
        templates: this.templates,
        history: this.history,
        series: this.series,
      }),
      emitDraft: ({ seq }) => {
        const { type, raw } = detailOf(rowOf(seq, null));
        return { system: 'kgsm', type, text: raw };
      },
      composeMessage: ({ type, target }) => composed(type, target),
      emitPreview: ({ text, targets }) =>
        targets.map((target): EmitPreview => ({
          target,
          label: labelOf(target),
          bytes: text.length + 1,
          begin: target === 'local' ? '' : `${text.slice(0, 2000)}\n`,
          end: '',
          problem: target === 'local' ? 'A line of a journal has to be one JSON document' : '',
        })),
      emit: ({ targets }) =>
        targets.map((target, index) => ({
          target,
          label: labelOf(target),
          ok: index === 0,
          message: index === 0 ? '' : 'ENOENT: nobody listens at /opt/kgsm/other.sock',
          correlation: index === 0 ? 'emission-1' : '',
        })),
      startSeries: ({ targets, count, perSecond }) => {
        this.series = {
          count,
          perSecond,
          running: true,
          targets: targets.map((id) => ({ id, label: labelOf(id), state: 'sending', sent: 0, problem: '' })),
        };
        return this.series;
      },
      stopSeries: () => null,
      saveTemplate: () => null,
      deleteTemplate: () => null,
    };
  }
}
