import type { GivenServer, Player, Status, Usage } from './options.ts';
import { durationText, Float } from '../python.ts';

export interface AllowlistEntry {
  readonly name: string;
  readonly ignoresPlayerLimit: boolean;
}

export interface PermissionEntry {
  readonly xuid: string;
  readonly name: string;
  readonly permission_level: string;
}

export type BackupKind = 'world' | 'properties' | 'allowlist' | 'permissions';

export interface ProcessInfo {
  readonly status: 'success';
  /** Set if there is no process. */
  readonly message?: string;
  readonly process_info: object | null;
}

/** Default usage of a process, as in the recordings. */
const littleUsage: Usage = { cpuPercent: 0, memoryMb: 0.8 };
let lastPid = 18_100;

/** One game server: what is stored of it, and its process. */
export class Machine {
  readonly name: string;
  version: string;
  /** The status that the program stored last; UNKNOWN until it looked. */
  stored: Status;
  players: readonly Player[] = [];
  /** The players that the program found at its last poll. */
  knownPlayers: readonly Player[] = [];
  /** Whether the program restarts it when it dies. */
  watched = false;
  /** A recording tells its process: until it does, nobody knows the number. A guess would be taken for a crash. */
  isMeasured = false;
  crashes = 0;
  readonly backups: Record<BackupKind, string[]> = {
    world: [],
    properties: [],
    allowlist: [],
    permissions: [],
  };
  allowlist: readonly AllowlistEntry[] = [];
  permissions: readonly PermissionEntry[] = [];
  properties: Record<string, string>;
  readonly settings: Record<string, unknown>;
  #log: Buffer;
  #process: { readonly pid: number | undefined; readonly since: number; sampled: boolean } | undefined;
  #usage: () => Usage;

  constructor(given: GivenServer) {
    this.name = given.name;
    this.version = given.version ?? '1.21.100.7';
    this.stored = given.running ? 'RUNNING' : (given.status ?? 'UNKNOWN');
    this.properties = {
      'server-name': given.name,
      'level-name': 'Bedrock level',
      'max-players': '10',
      'server-port': '19132',
      ...given.properties,
    };
    this.settings = {
      config_schema_version: 2,
      server_info: { installed_version: this.version, status: this.stored },
      settings: { autoupdate: false, autostart: false, target_version: 'LATEST' },
      custom: {},
    };
    this.#log = Buffer.from(given.log ?? '');
    this.#usage = given.usage ?? (() => littleUsage);
  }

  get alive(): boolean {
    return this.#process !== undefined;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get log(): Buffer {
    return this.#log;
  }

  /** A new process with an empty log. */
  spawn(now: number): void {
    lastPid += 1;
    this.#process = { pid: lastPid, since: now, sampled: false };
    this.#log = Buffer.alloc(0);
    this.knownPlayers = [];
    this.write(`NO LOG FILE! - setting up server logging...\n[INFO] Version: ${this.version}\n`);
    this.write('[INFO] Server started.\n');
  }

  /** The process is gone; its log stays until the next one. */
  die(): void {
    this.#process = undefined;
    this.players = [];
  }

  /** Takes a status from a recording, without a word in the log. */
  put(status: Status, isAlive: boolean, now: number): void {
    this.stored = status;
    if (!isAlive) {
      this.die();
      this.knownPlayers = [];
    } else if (!this.alive)
      this.#process = { pid: this.isMeasured ? undefined : ++lastPid, since: now, sampled: true };
  }

  putPlayers(players: readonly Player[]): void {
    this.players = players;
    this.knownPlayers = players;
  }

  /** Takes the process that was measured in a recording. */
  putMeasured(pid: number | undefined, usage: Usage, since: number): void {
    this.isMeasured = true;
    if (!this.alive) return;
    this.#process = { pid, since, sampled: true };
    this.#usage = () => usage;
  }

  write(text: string): void {
    this.#log = Buffer.concat([this.#log, Buffer.from(text)]);
  }

  /** People come and go: the log tells, and the program sees it at its next look. */
  setPlayers(players: readonly Player[]): void {
    // Nobody plays on what does not run.
    if (!this.alive) return;
    const gone = this.players.filter(({ uuid }) => !players.some((each) => each.uuid === uuid));
    const come = players.filter(({ uuid }) => !this.players.some((each) => each.uuid === uuid));
    for (const { name, uuid } of gone) this.write(`[INFO] Player disconnected: ${name}, xuid: ${uuid}\n`);
    for (const { name, uuid } of come) this.write(`[INFO] Player connected: ${name}, xuid: ${uuid}\n`);
    this.players = players;
  }

  /** Usage as sockets and REST report it; the first sample of a process has no CPU load. */
  processInfo(now: number): ProcessInfo {
    const running = this.#process;
    if (running?.pid === undefined) return notFound(this.name);
    const { cpuPercent, memoryMb } = this.#usage();
    const cpu = running.sampled ? cpuPercent : 0;
    running.sampled = true;
    return {
      status: 'success',
      process_info: {
        pid: running.pid,
        cpu_percent: new Float(cpu),
        memory_mb: new Float(memoryMb),
        uptime: durationText(now - running.since),
      },
    };
  }
}

/** The same for a server that is stopped and for one that never was. */
export function notFound(name: string): ProcessInfo {
  return {
    status: 'success',
    message: `Server process '${name}' not found or is inaccessible.`,
    process_info: null,
  };
}
