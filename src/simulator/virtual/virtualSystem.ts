import type { InstanceKey } from '../../core/model/instance.ts';
import type { ServedEvent, ServedInstance } from '../../core/playback/serving/servedEvents.ts';
import type { Wait } from '../host.ts';
import type { Launch } from '../kgsm/root.ts';
import type { Clients } from './clients.ts';

/** A simulator whose pushes come from a recording: it answers all calls by itself, and writes change it. */
export interface VirtualSystem {
  /** An entry of the connections setting that leads to it, without id and name. */
  readonly settings: Readonly<Record<string, unknown>> & { readonly kind: string };
  /** Password that the connection asks for, if it asks: made for this server alone. */
  readonly password?: string;
  /** Sets an instance without telling anybody; makes it where it is not there. */
  put(instance: ServedInstance): void;
  /** Takes an instance away without telling anybody. */
  remove(key: InstanceKey): void;
  /** Whether clients got this message unasked; answers to their own calls, and our own notes, are none. */
  isPushed(event: ServedEvent): boolean;
  /** Sends the recorded bytes to every client that subscribed to such. */
  push(event: ServedEvent): void | Promise<void>;
  /** Closes everything and removes what it wrote. */
  stop(): Promise<void>;
}

export interface VirtualOptions {
  /** Address to listen at; this machine alone reaches the server by default. */
  readonly host?: string;
  /** Any that is free by default. */
  readonly port?: number;
  /** A folder of its own, which exists and is empty: certificates, a KGSM root. */
  readonly folder: string;
  /** How programs start the simulator again; KGSM's script does. */
  readonly launch: Launch;
  /** Address of KGSM's events other than the root's own socket. */
  readonly target?: { readonly socket: string } | { readonly webhook: string };
  /** Generation to be; by default the one that the recorded events show. */
  readonly protocolVersion?: string;
  /** Told who comes and goes and what they send. */
  readonly clients: Clients;
  /** Beginning of the recording, its first thousand events at most, with requests and replies: they show the generation. */
  readonly first: readonly ServedEvent[];
  /** Instances at the start. */
  readonly base: readonly ServedInstance[];
  readonly now?: () => number;
  readonly wait?: Wait;
}

/** Opens a virtual server; rejects with words for people where it cannot be: a port that is taken, a generation that is unknown. */
export type OpenVirtualSystem = (options: VirtualOptions) => Promise<VirtualSystem>;
