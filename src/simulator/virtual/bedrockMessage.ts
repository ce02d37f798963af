import { isObject } from '../host.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Reads a recorded message; nothing where it is none. Total. */
export function fieldsIn(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** The process in an answer or a measurement; old releases wrap it. Nothing where none was asked for. */
export function processIn(value: unknown): Measured | undefined {
  const answer = fieldsOf(value);
  const info = (isObject(answer['data']) ? answer['data'] : answer)['process_info'];
  if (info === undefined) return undefined;
  const { pid, cpu_percent: cpu, memory_mb: memory } = fieldsOf(info);
  return {
    pid: typeof pid === 'number' ? pid : undefined,
    cpuPercent: number(cpu),
    memoryMb: number(memory),
  };
}

export interface Measured {
  /** Undefined where there is no process. */
  readonly pid: number | undefined;
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
