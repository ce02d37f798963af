import type { LifecycleState } from '../../core/model/lifecycle.ts';
import type { ServedInstance } from '../../core/playback/serving/servedEvents.ts';
import type { InstanceState } from '../kgsm/state.ts';
import { withoutGame } from '../kgsm/games.ts';

/** The facts that KGSM has of a state. */
type Facts = Partial<Pick<InstanceState, 'active' | 'installed' | 'ready' | 'malformed'>>;

const halted: Facts = { active: false, installed: true };
const running: Facts = { active: true, installed: true, ready: false };
/** Work that goes on beside the server, running or not, as it was before. */
const asBefore: Facts = {};

/** The nearest that KGSM has for each state; none for an instance that is no longer there. */
const native: Readonly<Record<LifecycleState, Facts | undefined>> = {
  // KGSM lists an instance that it cannot read, and tells no state of it.
  unknown: { malformed: true },
  creating: { active: false, installed: false },
  installing: { active: false, installed: false },
  stopped: halted,
  starting: running,
  running,
  ready: { ...running, ready: true },
  pausing: running,
  paused: running,
  restarting: running,
  stopping: asBefore,
  updating: asBefore,
  backingUp: asBefore,
  restoring: asBefore,
  removing: asBefore,
  removed: undefined,
  failed: halted,
  crashed: halted,
};

/** Names for more players than any server has are not invented. */
const mostPlayers = 1000;

/** The stored state of a recorded instance, made of its state before; nothing where it is no longer there. */
export function nativeState(
  served: ServedInstance,
  before: InstanceState | undefined,
  { installDir, now }: { readonly installDir: string; readonly now: number },
): InstanceState | undefined {
  // KGSM itself takes 0 for the version before the first one.
  const { key, state, game = '', version = '0', latestVersion } = served;
  const facts = Object.hasOwn(native, state) ? native[state] : native.unknown;
  if (!facts) return undefined;
  const old = before ?? { name: key, blueprint: game, version, installDir, active: false, installed: true };
  const { malformed, players: names, look, ...kept } = facts.active === false ? withoutGame(old) : old;
  const starts = facts.active === true && !kept.active;
  const players = playerNames(served.players, names);
  return {
    ...kept,
    ...(starts ? { startedAt: now } : {}),
    ...facts,
    blueprint: game,
    version,
    ...(latestVersion === undefined ? {} : { look: { latest: latestVersion, at: timeText(now) } }),
    ...(players.length === 0 ? {} : { players }),
  };
}

function timeText(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

/** A recording counts players; those who are there keep their names. */
function playerNames(count: number | undefined, known: readonly string[] = []): readonly string[] {
  const wanted = count !== undefined && count > 0 ? Math.min(Math.floor(count), mostPlayers) : 0;
  return Array.from({ length: wanted }, (_, index) => known[index] ?? `Player ${String(index + 1)}`);
}
