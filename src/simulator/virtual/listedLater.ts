import type { InstanceKey } from '../../core/model/instance.ts';
import type { ServedEvent, ServedInstance } from '../../core/playback/serving/servedEvents.ts';

/** Things that a list tells first, after events were pushed already: they were there, and clients list them at their beginning. */
export function listedLater(
  first: readonly ServedEvent[],
  base: readonly ServedInstance[],
): readonly ServedInstance[] {
  const idOf = ({ kind, key }: InstanceKey): string => JSON.stringify([kind, key]);
  const known = new Set(base.map(idOf));
  const found: ServedInstance[] = [];
  for (const { channel, changes } of first)
    for (const change of changes) {
      const id = idOf('gone' in change ? change.gone : change.instance);
      if (channel === 'reply' && 'instance' in change && !known.has(id)) found.push(change.instance);
      known.add(id);
    }
  return found;
}
