import { findInstance } from '../../core/model/fleet.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import { oneLine } from '../../core/model/text.ts';
import { LogTail } from '../../core/systems/logTail.ts';
import type { Connection } from '../../core/connections/connection.ts';
import type { Runtime } from '../runtime.ts';
import { FollowedLog } from '../terminal/followedLog.ts';
import { Throttle } from '../throttle.ts';
import { translate } from '../translate.ts';

/** Often enough to read along. */
const sendEveryMs = 250;

/** The end of the log of a server, followed as long as its page shows it. */
export class ServerLog {
  readonly #runtime: Runtime;
  readonly #ref: InstanceRef;
  readonly #pace: Throttle;
  #tail = new LogTail();
  #followed: { readonly connection: Connection; readonly log: FollowedLog } | undefined;
  #isWanted = false;

  constructor(runtime: Runtime, ref: InstanceRef, send: (lines: readonly string[]) => void) {
    this.#runtime = runtime;
    this.#ref = ref;
    this.#pace = new Throttle(sendEveryMs, () => send(this.#tail.lines));
  }

  /** The page shows the log, or does not any more. */
  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (!isWanted) this.#stop();
  }

  /** Follows what can be followed now: the connection may be another one since, and the server may be gone. */
  update(hasLog: boolean): void {
    const connection = this.#runtime.connections.get(this.#ref.connection);
    const isOn = this.#isWanted && hasLog;
    if (this.#followed && (!isOn || this.#followed.connection !== connection)) this.#stop();
    if (!isOn || this.#followed || !connection) return;
    const { pipeline } = this.#runtime;
    const instance = findInstance(pipeline.fleet(connection.timeline), this.#ref);
    const source = connection.system.console;
    if (!instance || !source) return;
    const tail = new LogTail();
    this.#tail = tail;
    this.#followed = {
      connection,
      log: new FollowedLog({
        runtime: this.#runtime,
        connection,
        instance,
        source,
        write: (chunk) => {
          tail.push(chunk);
          this.#pace.ask();
        },
        note: (message) => {
          tail.note(oneLine(translate(message), 400));
          this.#pace.ask();
        },
      }),
    };
    this.#pace.ask();
  }

  dispose(): void {
    this.#stop();
    this.#pace.dispose();
  }

  #stop(): void {
    this.#followed?.log.dispose();
    this.#followed = undefined;
  }
}
