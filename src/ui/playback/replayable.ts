import type { OpsEvent } from '../../core/model/event.ts';
import { systemOf } from '../../core/systems/index.ts';

export function replayable(event: OpsEvent): boolean {
  return event.channel === 'push' && !event.truncated && systemOf(event.system) !== undefined;
}
