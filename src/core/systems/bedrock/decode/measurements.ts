import type { Problem } from '../../../model/event.ts';
import type { Decoded, Message } from '../../../model/signal.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { measuredText, mega } from '../../measuredText.ts';
import { isFields, missing, named, shown, wrongType } from '../../reading.ts';
import { instanceKind } from './lifecycle.ts';
import type { BedrockContext } from './decoderState.ts';
import { behindColon } from '../messages.ts';

type Step = Decoded<BedrockContext>;

/** Measurements of a server, whose name stands in the topic. A stopped server has no values. */
export function measured(
  context: BedrockContext,
  { direction }: Message,
  topic: string | undefined,
  data: unknown,
  problems: Problem[],
): Step {
  const server = topic?.startsWith('resource-monitor:') ? named(behindColon(topic)) : undefined;
  if (topic !== undefined && server === undefined)
    problems.push({ path: 'topic', message: text('must name a server') });
  if (data !== undefined && !isFields(data)) problems.push(wrongType('data', 'object'));
  const fields = isFields(data) ? data : {};
  const values = valuesOf(fields['process_info'], problems);
  const failed = fields['status'] === 'error';
  const players = server === undefined ? undefined : context.servers.get(server)?.players;
  const event: Step['event'] = {
    type: 'resource_update',
    severity: failed ? 'warning' : 'debug',
    retention: 'metric',
    summary: values ? measuredText(values.cpu, values.memory) : saidOf(fields['message']),
    subject: server === undefined ? undefined : { kind: instanceKind, key: server },
  };
  if (server === undefined || !values || direction === 'out')
    return { context, event, signals: [], problems };
  const known = players === undefined ? values : { ...values, players };
  return {
    context,
    event,
    signals: [{ signal: 'metrics', kind: instanceKind, key: server, values: known }],
    problems,
  };
}

function saidOf(message: unknown): Text {
  return named(message) === undefined ? text('Nothing was measured') : text('{0}', shown(message));
}

type Values = Partial<Record<'cpu' | 'memory' | 'uptime', number>>;

function valuesOf(info: unknown, problems: Problem[]): Values | undefined {
  if (info === undefined || info === null) return undefined;
  if (!isFields(info)) {
    problems.push(wrongType('data.process_info', 'object'));
    return undefined;
  }
  const cpu = numberOf(info['cpu_percent'], 'data.process_info.cpu_percent', problems);
  const memory = numberOf(info['memory_mb'], 'data.process_info.memory_mb', problems);
  const uptime = secondsOf(info['uptime'], problems);
  const values: Values = {};
  if (cpu !== undefined) values.cpu = cpu;
  if (memory !== undefined) values.memory = memory * mega;
  if (uptime !== undefined) values.uptime = uptime;
  return values;
}

function numberOf(value: unknown, path: string, problems: Problem[]): number | undefined {
  if (typeof value === 'number' && value >= 0) return value;
  problems.push(value === undefined ? missing(path) : wrongType(path, 'number'));
  return undefined;
}

/** `H:MM:SS`, with `N days, ` before it from the second day on. */
function secondsOf(value: unknown, problems: Problem[]): number | undefined {
  const path = 'data.process_info.uptime';
  const found =
    typeof value === 'string' ? /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.\d+)?$/.exec(value.trim()) : null;
  if (found) {
    const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = found;
    return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  }
  if (value === undefined) problems.push(missing(path));
  else problems.push({ path, message: text('is no duration: {0}', oneLine(shown(value), 60)) });
  return undefined;
}
