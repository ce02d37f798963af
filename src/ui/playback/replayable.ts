import type { OpsEvent } from '../../core/model/event.ts';
import type { SystemRegistry } from '../../core/systems/registry.ts';

export function replayable(event: OpsEvent, systems: SystemRegistry): boolean {
  return event.channel === 'push' && !event.truncated && systems.has(event.system);
}
