import { isCurrent, type ConnectionStatus } from './fleet.ts';

/** Until when a connection was heard, as seen from a time: still now, or until its last sign of life. */
export function heardUntil(
  status: Pick<ConnectionStatus, 'state' | 'holder' | 'heardAt' | 'lastEventAt' | 'since'> | undefined,
  to: number,
): number {
  if (!status || isCurrent(status)) return to;
  return Math.min(to, status.heardAt ?? status.lastEventAt ?? status.since);
}
