import * as z from 'zod/mini';
import { runKgsm } from './cli.ts';
import { dialectOf } from './dialect.ts';

const askTimeoutMs = 20_000;

/** The status is the one place that names them one by one in version 2 (its own list puts all on one line) and in 3. */
const statusSchema = z.looseObject({ backups: z.array(z.string()) });

/** Names of the backups of an instance, the newest first: a name ends with the time it was made. */
export async function backupsOf(root: string, instance: string, signal: AbortSignal): Promise<string[]> {
  const dialect = await dialectOf(root, signal);
  const { stdout } = await runKgsm({ root, args: dialect.status(instance), timeoutMs: askTimeoutMs, signal });
  try {
    const status = statusSchema.safeParse(JSON.parse(stdout));
    return status.success ? timeOrdered(status.data.backups) : [];
  } catch {
    return [];
  }
}

function timeOrdered(names: readonly string[]): string[] {
  const time = (name: string): string => /\d{4}-\d\d-\d\dT[\d:.-]+/.exec(name)?.[0] ?? '';
  return [...names].sort((a, b) => (time(a) < time(b) ? 1 : -1));
}
