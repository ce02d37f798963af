import type { InstanceKey } from '../../core/model/instance.ts';
import {
  isUnasked,
  type ServedEvent,
  type ServedInstance,
} from '../../core/playback/serving/servedEvents.ts';
import { Machine } from '../bedrock/machine.ts';
import type { BedrockServerOptions, Player } from '../bedrock/options.ts';
import { BedrockServer } from '../bedrock/server.ts';
import { isObject } from '../host.ts';
import { beginningOf, measureTopic, releaseOf, type Beginning } from './bedrockBeginning.ts';
import { fieldsIn, fieldsOf, processIn, type Fields, type Measured } from './bedrockMessage.ts';
import { nativeIn, nativeOf, statesOfWork } from './bedrockStates.ts';
import { newPassword } from './newPassword.ts';
import type { VirtualOptions, VirtualSystem } from './virtualSystem.ts';

const username = 'admin';
/** Players of one server that get a name. */
const maxPlayers = 1000;
/** XUIDs of players of whom a recording tells the number alone. */
const firstXuid = 2_535_400_000_000_000;

/** A Bedrock Server Manager whose events come from a recording. Tests bring a `timing` in which nothing takes time. */
export async function openVirtualBedrock(
  options: VirtualOptions & Pick<BedrockServerOptions, 'timing'>,
): Promise<VirtualSystem> {
  const { host, port, clients, first, base, now = Date.now, wait, timing } = options;
  const beginning = beginningOf(first);
  const protocolVersion = releaseOf(options, beginning);
  const password = newPassword();
  const server = await BedrockServer.listen({
    protocolVersion,
    clients,
    now,
    users: [{ name: username, password, role: 'admin' }],
    silent: true,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(wait ? { wait } : {}),
    ...(timing ? { timing } : {}),
  });
  const system = new VirtualBedrock(server, password, now, beginning);
  for (const instance of base) system.put(instance);
  system.begin();
  return system;
}

class VirtualBedrock implements VirtualSystem {
  readonly settings: VirtualSystem['settings'];
  readonly password: string;
  readonly #server: BedrockServer;
  readonly #now: () => number;
  readonly #beginning: Beginning;

  constructor(server: BedrockServer, password: string, now: () => number, beginning: Beginning) {
    this.#server = server;
    this.#now = now;
    this.#beginning = beginning;
    this.password = password;
    this.settings = { kind: 'bedrock', url: server.url, username };
  }

  /** Takes over what the recording knows besides its instances. */
  begin(): void {
    const { tasks, processes } = this.#beginning;
    for (const [id, task] of tasks) this.#keepTask(id, task);
    for (const [name, process] of processes) this.#keepProcess(name, process);
  }

  put({ kind, key, state, version, players = 0 }: ServedInstance): void {
    if (kind !== 'instance') return;
    const { machines } = this.#server;
    const known = machines.get(key);
    const machine = known ?? new Machine({ name: key });
    machine.isMeasured ||= this.#beginning.processes.has(key);
    machines.set(key, machine);
    machine.version = version ?? 'UNKNOWN';
    if (!known || !statesOfWork.has(state)) {
      const { status, isAlive } = nativeOf(state);
      machine.put(status, isAlive, this.#now());
    }
    // Names that an event told are kept as long as their number is right.
    if (machine.alive && machine.players.length !== players) machine.putPlayers(invented(players));
  }

  remove({ kind, key }: InstanceKey): void {
    if (kind === 'instance') this.#server.machines.delete(key);
  }

  /** Answers to requests of a socket have no type; all else that comes unasked has one. */
  isPushed(event: ServedEvent): boolean {
    if (event.truncated === true || !isUnasked(event)) return false;
    const message = fieldsIn(event.bytes);
    return message === undefined || message['type'] !== undefined || message['status'] === undefined;
  }

  push({ bytes }: ServedEvent): void {
    const { topic, data } = fieldsIn(bytes) ?? {};
    const named = typeof topic === 'string' ? topic : undefined;
    if (named !== undefined && isObject(data)) this.#keep(named, data);
    this.#server.push(named, bytes);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** Remembers what a message tells beyond the state of its server: clients that come later ask for it. */
  #keep(topic: string, data: Fields): void {
    if (topic.startsWith(taskTopic)) this.#keepTask(topic.slice(taskTopic.length), data);
    else if (topic.startsWith(measureTopic))
      this.#keepProcess(topic.slice(measureTopic.length), processIn(data));
    const { server_name: name, result, players } = data;
    const machine = typeof name === 'string' ? this.#server.machines.get(name) : undefined;
    if (machine && topic === 'event:after_server_status_change') {
      const native = nativeIn(fieldsOf(result)['new_status']);
      if (native) machine.put(native.status, native.isAlive, this.#now());
    }
    if (machine?.alive && topic === 'event:after_server_statuses_updated' && Array.isArray(players))
      machine.putPlayers(playersIn(players));
  }

  /** All tasks are those of the one user that there is. */
  #keepTask(id: string, { status, message, result = null }: Fields): void {
    this.#server.keepTask(id, {
      status: status === 'success' || status === 'error' ? status : 'in_progress',
      message: typeof message === 'string' ? message : '',
      result,
      username,
    });
  }

  #keepProcess(name: string, process: Measured | undefined): void {
    if (process) this.#server.machines.get(name)?.putMeasured(process.pid, process, this.#now());
  }
}

const taskTopic = 'task:';

function invented(count: number): readonly Player[] {
  const length = Math.max(0, Math.min(maxPlayers, Math.floor(count))) || 0;
  return Array.from({ length }, (_, i) => ({ name: `Player ${String(i + 1)}`, uuid: String(firstXuid + i) }));
}

function playersIn(players: readonly unknown[]): readonly Player[] {
  return players.slice(0, maxPlayers).flatMap((player) => {
    const { name, uuid } = fieldsOf(player);
    return typeof name === 'string' && typeof uuid === 'string' ? [{ name, uuid }] : [];
  });
}
