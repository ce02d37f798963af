import { text, type Text } from '../model/text.ts';
import type { AnySystem } from '../systems/system.ts';
import { isReceiver, receiverProblem } from './receivers.ts';

/** An address of a system, or a plain receiver that takes the messages of every system. */
export type ParsedTarget =
  | { readonly system: AnySystem; readonly address: string }
  | { readonly receiver: string }
  | { readonly problem: Text };

/** Reads a target as it is typed: `socket:<path>`, `events:<directory>`, `webhook:<url>`, an address of a system, `ws://…` or `tls://…`. */
export function parseTarget(written: string, systems: readonly AnySystem[]): ParsedTarget {
  const given = written.trim();
  if (isReceiver(given)) {
    const problem = receiverProblem(given);
    return problem ? { problem } : { receiver: given };
  }
  const colon = given.indexOf(':');
  const [scheme, rest] = [given.slice(0, Math.max(colon, 0)), given.slice(colon + 1)];
  const takers = systems.filter(({ targetPrompt }) => targetPrompt !== undefined);
  for (const system of takers) {
    const schemes = system.targetSchemes ?? {};
    const addressOf = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
    const address = addressOf?.(rest);
    if (address === undefined) continue;
    const problem = system.checkTarget(address);
    return problem ? { problem } : { system, address };
  }
  let first: Text | undefined;
  for (const system of takers) {
    const problem = system.checkTarget(given);
    if (!problem) return { system, address: given };
    first ??= problem;
  }
  return { problem: first ?? text('No system takes events at an address.') };
}
