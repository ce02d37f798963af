import type { Wait } from '../host.ts';
import type { Emitter, Result } from './emitter.ts';
import { HttpError } from './http.ts';
import type { Traits } from './releases.ts';
import type { Machine } from './machine.ts';
import type { Status, Timing } from './options.ts';

export interface World {
  readonly traits: Traits;
  readonly timing: Timing;
  readonly emitter: Emitter;
  readonly machines: Map<string, Machine>;
  /** Stored statuses come from a recording. */
  readonly silent: boolean;
  readonly now: () => number;
  readonly wait: Wait;
  /** Aborted when the program ends. */
  readonly signal: AbortSignal;
}

const blockedPrefixes = ['stop', 'save', 'allowlist off'];
/** After this many deaths a server is given up. */
const maxCrashes = 3;

/** Starting, stopping and watching game servers. */
export class Lifecycle {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  rest(ms: number): Promise<void> {
    return this.world.wait(ms, this.world.signal);
  }

  async setStatus(machine: Machine, status: Status): Promise<void> {
    const { name } = machine;
    await this.world.emitter.around('server_status_change', { server_name: name, status }, () => {
      const previous = machine.stored;
      machine.stored = status;
      return {
        status: 'success',
        message: `Server status set to ${status}.`,
        server_name: name,
        previous_status: previous,
        new_status: status,
      };
    });
  }

  start(machine: Machine): Promise<Result> {
    const { name } = machine;
    const { emitter, timing, traits } = this.world;
    return emitter.around('server_start', { server_name: name }, async () => {
      if (machine.alive) return failure(`Server '${name}' is already running.`);
      await this.#spawn(machine);
      if (traits.plugins) await this.rest(timing.startMs);
      return success(`Server '${name}' process started.`);
    });
  }

  async stop(machine: Machine): Promise<Result> {
    const { name } = machine;
    const { emitter, timing, traits } = this.world;
    // Plugins are called before the event is sent, so a warning delays it.
    if (traits.plugins && machine.alive && machine.players.length > 0) {
      await this.command(machine, 'say Server is stopping in 10 seconds...');
      await this.rest(timing.warnMs);
    }
    return emitter.around('server_stop', { server_name: name }, async () => {
      if (!machine.alive) {
        await this.setStatus(machine, 'STOPPED');
        return failure(`Server '${name}' was already stopped.`);
      }
      await this.setStatus(machine, 'STOPPING');
      // A server that is told to stop does not count as crashed.
      machine.watched = false;
      await this.rest(timing.stopMs);
      machine.die();
      // The program sees the end of the process a little later.
      await this.rest(timing.spawnMs);
      await this.setStatus(machine, 'STOPPED');
      if (traits.plugins) await this.rest(timing.afterStopMs);
      const stopped = success(`Server '${name}' stopped successfully.`);
      return traits.stopNamesServer ? { ...stopped, server_name: name } : stopped;
    });
  }

  /** Emits the events of a stop and a start; a restart has none of its own. */
  async restart(machine: Machine): Promise<Result> {
    const { name } = machine;
    if (!machine.alive) {
      const started = await this.start(machine);
      return started.status === 'success'
        ? success(`Server '${name}' was not running and has been started.`)
        : started;
    }
    const stopped = await this.stop(machine);
    if (stopped.status === 'error')
      return failure(`Restart failed during stop phase: ${stopped.message ?? ''}`);
    const started = await this.start(machine);
    if (started.status === 'error')
      return failure(`Restart failed during start phase: ${started.message ?? ''}`);
    return success(`Server '${name}' restarted successfully.`);
  }

  /** Throws for a command that is refused: then there is a `before_` event and no `after_`. */
  command(machine: Machine, given: string): Promise<Result> {
    const command = given.trim();
    const data = { server_name: machine.name, command };
    return this.world.emitter.around('command_send', data, () => {
      const bare = command.toLowerCase().replace(/^\/+/, '');
      if (blockedPrefixes.some((prefix) => bare.startsWith(prefix)))
        throw new HttpError(403, `Command '${command}' is blocked by configuration.`);
      if (!machine.alive) throw new HttpError(409, `Server '${machine.name}' is not running.`);
      machine.write(`[INFO] ${command}\n`);
      return success(`Command '${command}' sent successfully.`);
    });
  }

  /** Runs something with the server stopped, and starts it again if it ran. */
  async whileStopped(machine: Machine, work: () => Promise<void>): Promise<void> {
    const ran = machine.alive;
    if (ran) await this.stop(machine);
    await work();
    if (ran) await this.start(machine);
  }

  /** The status for a list of servers; reading it stores what was seen of the process. */
  async reconcile(machine: Machine): Promise<Status> {
    if (this.world.silent) return machine.stored;
    if (machine.alive) {
      if (machine.stored !== 'RUNNING') await this.setStatus(machine, 'RUNNING');
    } else if (machine.stored === 'RUNNING') await this.setStatus(machine, 'STOPPED');
    else if (machine.stored === 'UNKNOWN') return 'STOPPED';
    return machine.stored;
  }

  /** Restarts servers whose process died, and counts players. */
  async poll(): Promise<void> {
    for (const machine of this.world.machines.values()) {
      if (machine.watched && !machine.alive) await this.#revive(machine);
      // Those of a server that is stopped are not counted down.
      if (machine.alive) await this.#countPlayers(machine);
    }
  }

  async #revive(machine: Machine): Promise<void> {
    machine.crashes += 1;
    if (machine.crashes <= maxCrashes) {
      await this.#spawn(machine);
      return;
    }
    machine.watched = false;
    await this.setStatus(machine, 'ERROR');
  }

  async #spawn(machine: Machine): Promise<void> {
    // The process is there before the status says so.
    machine.spawn(this.world.now());
    machine.watched = true;
    await this.setStatus(machine, 'STARTING');
    await this.rest(this.world.timing.spawnMs);
    await this.setStatus(machine, 'RUNNING');
  }

  async #countPlayers(machine: Machine): Promise<void> {
    const { emitter, traits } = this.world;
    const { players, name } = machine;
    if (sameNames(machine, players)) return;
    machine.knownPlayers = players;
    const data = { server_name: name, player_count: players.length };
    if (traits.playerEvents === 'count') await emitter.after('server_statuses_updated', data);
    if (traits.playerEvents === 'names')
      await emitter.around('server_statuses_updated', { ...data, players }, () => ({
        status: 'success',
        ...data,
        players,
      }));
  }
}

function sameNames({ knownPlayers }: Machine, players: Machine['players']): boolean {
  return (
    knownPlayers.length === players.length && knownPlayers.every(({ uuid }, i) => uuid === players[i]?.uuid)
  );
}

export function success(message: string): Result {
  return { status: 'success', message };
}

export function failure(message: string): Result {
  return { status: 'error', message };
}
