import { isFields, named, type Fields } from '../../reading.ts';
import { failureIn } from '../messages.ts';
import type { TaskEnd } from './bedrockSession.ts';

/** How a task ended; nothing while it goes on. */
export function taskEndIn(data: Fields): TaskEnd | undefined {
  const { status, result } = data;
  const said = named(data['message']) ?? '–';
  if (status === 'error') return { outcome: 'failed', message: said };
  if (status !== 'success') return undefined;
  const failure = failureIn(result);
  if (failure !== undefined) return { outcome: 'failed', message: failure };
  const words = isFields(result) ? named(result['message']) : undefined;
  return { outcome: 'succeeded', message: words ?? said };
}
