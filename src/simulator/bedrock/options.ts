import type { Wait } from '../host.ts';
import type { Clients } from '../virtual/clients.ts';
import type { Release } from './releases.ts';

export type Role = 'user' | 'moderator' | 'admin';

export interface GivenUser {
  readonly name: string;
  readonly password: string;
  readonly role: Role;
  /** A disabled user still gets a token, which then opens nothing. */
  readonly enabled?: boolean;
}

export interface Player {
  readonly name: string;
  /** The XUID; the program calls it uuid. */
  readonly uuid: string;
}

export interface Usage {
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

export type Status =
  | 'STARTING'
  | 'RUNNING'
  | 'STOPPING'
  | 'STOPPED'
  | 'INSTALLING'
  | 'INSTALLED'
  | 'UPDATING'
  | 'UPDATED'
  | 'ERROR'
  | 'UNKNOWN';

export interface GivenServer {
  readonly name: string;
  readonly version?: string;
  /** Runs from the beginning. */
  readonly running?: boolean;
  /** Stored status of a server that does not run; UNKNOWN by default, as after an installation by hand. */
  readonly status?: Status;
  readonly players?: readonly Player[];
  /** Called once for each sample. */
  readonly usage?: () => Usage;
  readonly properties?: Readonly<Record<string, string>>;
  readonly log?: string;
}

/** Durations in milliseconds; the defaults are those of the real program. */
export interface Timing {
  /** From STARTING to RUNNING, and until it is seen that a process is gone. */
  readonly spawnMs: number;
  /** Work of plugins between RUNNING and `after_server_start`. */
  readonly startMs: number;
  /** From STOPPING to STOPPED. */
  readonly stopMs: number;
  /** Work of plugins between STOPPED and `after_server_stop`. */
  readonly afterStopMs: number;
  /** Warning time for players before a stop. */
  readonly warnMs: number;
  readonly backupMs: number;
  /** Until a backup, restore or world operation that waits for another one is skipped, since 3.9. */
  readonly turnMs: number;
  readonly installMs: number;
  /** Between two samples of processes. */
  readonly monitorMs: number;
  /** Between two looks at logs. */
  readonly logMs: number;
  /** Between two looks for crashes and players. */
  readonly pollMs: number;
  /** Time limit for the first message of a socket. */
  readonly authMs: number;
}

export const realTiming: Timing = {
  spawnMs: 2,
  startMs: 3000,
  stopMs: 300,
  afterStopMs: 1000,
  warnMs: 10_000,
  backupMs: 50,
  turnMs: 300_000,
  installMs: 5000,
  monitorMs: 2000,
  logMs: 1000,
  pollMs: 10_000,
  authMs: 5000,
};

export interface BedrockServerOptions {
  readonly protocolVersion: Release;
  /** Any that is free by default. */
  readonly port?: number;
  /** This machine alone reaches it by default. */
  readonly host?: string;
  /** Told of sockets and requests. */
  readonly clients?: Clients;
  /**
   * Leaves measurements, logs, crashes and players to a recording, which tells them with `push`: the server looks for
   * none of them, answers each stored status as it is, and waits for no socket.
   */
  readonly silent?: boolean;
  readonly timing?: Partial<Timing>;
  readonly servers?: readonly GivenServer[];
  /** By default there is one administrator, `admin` with the password `secret`. */
  readonly users?: readonly GivenUser[];
  /** A prefix that a reverse proxy in front of it would strip. */
  readonly basePath?: string;
  /** A reverse proxy in front of it would speak TLS with these. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Newest version on the download site; without one there is no network. */
  readonly latestVersion?: string;
  /** Pings this often and closes with 1011 where no pong came until the next one; never by default. */
  readonly keepaliveMs?: number;
  readonly now?: () => number;
  /** Tests pass one that does not wait. */
  readonly wait?: Wait;
}
