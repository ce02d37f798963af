import type { Problem } from '../../../model/event.ts';
import type { Decoded, Signal } from '../../../model/signal.ts';
import { text, type Text } from '../../../model/text.ts';
import { measuredText } from '../../measuredText.ts';
import { isFields, named, shown, wrongType, type Fields } from '../../reading.ts';
import { isWanted } from './entries.ts';
import { hostKey, hostKind } from '../kinds.ts';
import type { TrueNasContext } from './decoderState.ts';

interface Sampled {
  readonly signals: readonly Signal[];
  readonly summary: Text;
  readonly severity: Decoded<unknown>['event']['severity'];
}

/** Measurements of the NAS itself. Every generation has its own form; values that one lacks are left out. */
export function hostMeasured(fields: unknown, problems: Problem[]): Sampled {
  if (!isFields(fields)) {
    problems.push(wrongType('fields', 'object'));
    return nothing(text('Nothing was measured'));
  }
  if (fields['failed_to_connect'] === true)
    return { ...nothing(text('The NAS could not read its own measurements')), severity: 'warning' };
  const values = Object.fromEntries(
    Object.entries({
      cpu: cpuOf(fields['cpu'], problems),
      memory: memoryOf(fields, problems),
      ...ratesOf(fields['interfaces'], problems),
      poolsUsed: poolsOf(fields['pools'], problems),
    }).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
  const { cpu, memory } = values;
  return {
    severity: 'debug',
    summary: measuredText(cpu, memory),
    signals:
      Object.keys(values).length === 0 ? [] : [{ signal: 'metrics', kind: hostKind, key: hostKey, values }],
  };
}

/** Measurements of the running apps: a list, where other events have an object. */
export function appsMeasured(context: TrueNasContext, list: unknown, problems: Problem[]): Sampled {
  if (!Array.isArray(list)) {
    problems.push(wrongType('fields', 'array'));
    return nothing(text('Nothing was measured'));
  }
  const signals = list.flatMap((each: unknown, index): Signal[] => {
    const place = `fields.${String(index)}`;
    const name = isFields(each) ? named(each['app_name']) : undefined;
    if (!isFields(each) || name === undefined) {
      problems.push(isFields(each) ? wrongType(`${place}.app_name`, 'string') : wrongType(place, 'object'));
      return [];
    }
    if (!isWanted(context, 'app', name)) return [];
    const cpu = numberIn(each, 'cpu_usage', place, problems);
    const memory = numberIn(each, 'memory', place, problems);
    const values = {
      ...(cpu === undefined ? {} : { cpu }),
      ...(memory === undefined ? {} : { memory }),
    };
    return Object.keys(values).length === 0 ? [] : [{ signal: 'metrics', kind: 'app', key: name, values }];
  });
  return { severity: 'debug', summary: text('Apps measured: {0}', list.length), signals };
}

function nothing(summary: Text): Sampled {
  return { severity: 'debug', summary, signals: [] };
}

/** The sum is called `average` in old releases and `cpu` in new ones. The first sample of the oldest has none. */
function cpuOf(value: unknown, problems: Problem[]): number | undefined {
  if (value === undefined) return undefined;
  if (!isFields(value)) {
    problems.push(wrongType('fields.cpu', 'object'));
    return undefined;
  }
  const name = value['average'] === undefined ? 'cpu' : 'average';
  const sum = value[name];
  return isFields(sum) ? numberIn(sum, 'usage', `fields.cpu.${name}`, problems) : undefined;
}

function memoryOf({ memory, virtual_memory: virtual }: Fields, problems: Problem[]): number | undefined {
  const modern = isFields(memory) && memory['physical_memory_total'] !== undefined;
  if (!modern && !isFields(virtual)) {
    if (memory !== undefined && !isFields(memory)) problems.push(wrongType('fields.memory', 'object'));
    return undefined;
  }
  const [from, place, total, free] = modern
    ? ([memory, 'fields.memory', 'physical_memory_total', 'physical_memory_available'] as const)
    : ([isFields(virtual) ? virtual : {}, 'fields.virtual_memory', 'total', 'available'] as const);
  const all = numberIn(from, total, place, problems);
  const left = numberIn(from, free, place, problems);
  return all === undefined || left === undefined ? undefined : Math.max(0, all - left);
}

function ratesOf(
  value: unknown,
  problems: Problem[],
): { readonly received?: number | undefined; readonly sent?: number | undefined } {
  if (value === undefined) return {};
  if (!isFields(value)) {
    problems.push(wrongType('fields.interfaces', 'object'));
    return {};
  }
  let received: number | undefined;
  let sent: number | undefined;
  for (const [name, each] of Object.entries(value)) {
    // The loopback interface is no traffic.
    if (!isFields(each) || /^lo\d*$/.test(name)) continue;
    const place = `fields.interfaces.${name}`;
    const into = numberIn(each, 'received_bytes_rate', place, problems);
    const out = numberIn(each, 'sent_bytes_rate', place, problems);
    if (into !== undefined) received = (received ?? 0) + into;
    if (out !== undefined) sent = (sent ?? 0) + out;
  }
  return { received, sent };
}

/** Values that are zero are left out by the NAS, and so may all pools be. */
function poolsOf(value: unknown, problems: Problem[]): number | undefined {
  if (!isFields(value)) return undefined;
  const pools = Object.entries(value);
  if (pools.length === 0) return undefined;
  return pools.reduce(
    (sum, [name, pool]) =>
      sum + (isFields(pool) ? (numberIn(pool, 'used', `fields.pools.${name}`, problems) ?? 0) : 0),
    0,
  );
}

function numberIn(fields: Fields, name: string, place: string, problems: Problem[]): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  problems.push({ path: `${place}.${name}`, message: text('must be a number, not {0}', shown(value, 40)) });
  return undefined;
}
