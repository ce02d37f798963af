import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import { withInstance } from '../../core/journal/query/edit.ts';
import type { Place } from '../../core/journal/store/places.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import type { DetailEvent } from '../../core/model/instanceDetails.ts';
import type { Runtime } from '../runtime.ts';

/** The last events of an instance up to a moment of a timeline, the newest first; rejects where that has no journal. */
export async function lastEvents(
  { journals }: Runtime,
  ref: InstanceRef,
  { timeline, place, count }: { readonly timeline: string; readonly place?: Place; readonly count: number },
): Promise<readonly DetailEvent[]> {
  const upTo = place ? ` seq:1..${String(place.seq)}` : '';
  await journals.settle();
  const store = await journals.store(timeline);
  const found = await store.query(`${withInstance(defaultQuery, ref)} -class:log -class:metric${upTo}`);
  try {
    return (await found.rows({ anchor: 'newest', direction: 'older', count })).rows;
  } finally {
    found.close();
  }
}
