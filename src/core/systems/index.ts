import { bedrock } from './bedrock/index.ts';
import { kgsm } from './kgsm/index.ts';
import { notifier } from './notifier/index.ts';
import type { AnySystem } from './system.ts';
import { trueNas } from './truenas/index.ts';

/** Every system the product knows. Each value only ever meets its own settings and contexts, which is why the widening is safe. */
export const systems: readonly AnySystem[] = [kgsm, notifier, bedrock, trueNas];

export function systemOf(id: string): AnySystem | undefined {
  return systems.find((system) => system.id === id);
}
