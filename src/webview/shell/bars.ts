import type { Status } from '../../rpc/inspector.ts';

/** Whether bars stand above the rows whose height is known only when they are drawn: rows before them would jump. */
export function hasBars({ replay, travel, timeline, recording, cleared }: Status): boolean {
  return replay !== null || travel !== null || timeline !== null || recording !== null || cleared > 0;
}
