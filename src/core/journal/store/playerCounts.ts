import { instanceId, type InstanceRef } from '../../model/instance.ts';
import { lifecycle, type LifecycleState } from '../../model/lifecycle.ts';
import { playerPoints, type PlayerChange } from '../../model/playerCounts.ts';
import { readCaptured } from './captured.ts';
import type { JournalDatabase } from './database.ts';
import type { RollupSeries } from './rollups.ts';

export interface PlayerCountsRequest {
  readonly instance: InstanceRef;
  readonly from: number;
  readonly to: number;
  /** Milliseconds of a point. */
  readonly step: number;
  /** Until when the connection was heard, if its newest state says that it still is. */
  readonly heardUntil: number;
}

/** Rows that are read at once, and in all: of a server with more only the newest time is told. */
const pieceRows = 500;
const mostRows = 20_000;

/** Players of an instance over time, by its states: of systems that tell who joins, and measure nothing. */
export function* readPlayerCounts(
  db: JournalDatabase,
  { instance, from, to, step, heardUntil }: PlayerCountsRequest,
): Generator<undefined, readonly RollupSeries[]> {
  const { connection, kind, key } = instance;
  const changes = yield* readChangesOf(db, instance, from);
  if (changes.every(({ players }) => players === null)) return [];
  const limits = { from, last: Number.MAX_SAFE_INTEGER, most: mostRows, heardUntil };
  const { times } = yield* readCaptured(db, connection, limits);
  const points = playerPoints(changes, times, { from, to, step });
  return points.length === 0 ? [] : [{ kind, key, name: 'players', step, points }];
}

/** Numbers of players since a time, oldest first. */
function* readChangesOf(
  db: JournalDatabase,
  instance: InstanceRef,
  from: number,
): Generator<undefined, readonly PlayerChange[]> {
  const piece = db.prepare(
    `SELECT id, seq, json_extract(state, '$.state') AS state, json_extract(state, '$.players') AS players,
       json_extract(state, '$.lastEventAt') AS at
     FROM changes WHERE connection = ? AND what = 'instance' AND key = ? AND (seq, id) < (?, ?)
     ORDER BY seq DESC, id DESC LIMIT ${pieceRows}`,
  );
  const ids = db.prepare('SELECT id FROM connections WHERE connection = ?').all(instance.connection);
  const changes: PlayerChange[] = [];
  for (const { id } of ids) {
    let before = { seq: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };
    for (let read = 0; read < mostRows; read += pieceRows) {
      const rows = piece.all(Number(id), instanceId(instance), before.seq, before.id);
      for (const { state, players, at } of rows) {
        const isUp = typeof state === 'string' && lifecycle[state as LifecycleState].up;
        if (typeof at === 'number')
          changes.push({ at, players: isUp && typeof players === 'number' ? players : null });
      }
      const oldest = rows.at(-1);
      yield;
      if (!oldest || rows.length < pieceRows || Number(oldest['at']) <= from) break;
      before = { seq: Number(oldest['seq']), id: Number(oldest['id']) };
    }
  }
  return changes.sort((a, b) => a.at - b.at);
}
