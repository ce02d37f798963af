import type { Clock } from '../model/clock.ts';
import { UnixListenerError, type FileIdentity } from './unixPath.ts';

/**
 * KGSM's socket test deletes the file, listens in its place a moment later, and fails where it finds us there again. So
 * nobody may have come or gone for so long before the place is taken.
 */
const quietMs = 750;
/** The listener of KGSM's socket test ends after 5 s at the latest; what stands longer is there to stay. */
const patienceMs = 6000;
const nextTryMs = 300;

/** The time in which a socket path does not lead to our socket: decides when to make it lead there again. */
export class SocketAbsence {
  readonly #clock: Clock;
  readonly #look: () => void;
  #standing: FileIdentity | undefined;
  #isQuiet = false;
  #isLong = false;
  #cancelQuiet: () => void;
  readonly #cancelLong: () => void;
  #cancelRetry: () => void = () => undefined;

  /** `look` is called when it is time to look again. */
  constructor(standing: FileIdentity | undefined, clock: Clock, look: () => void) {
    this.#clock = clock;
    this.#look = look;
    this.#standing = standing;
    this.#cancelQuiet = this.#awaitQuiet();
    this.#cancelLong = clock.after(patienceMs, () => {
      this.#isLong = true;
      look();
    });
  }

  /** Notes what stands at the path; answers whether the place may be taken now. */
  mayTake(standing: FileIdentity | undefined): boolean {
    if (standing?.dev !== this.#standing?.dev || standing?.ino !== this.#standing?.ino) {
      this.#standing = standing;
      this.#isQuiet = false;
      this.#cancelQuiet();
      this.#cancelQuiet = this.#awaitQuiet();
    }
    // A listener that comes and goes all the time is not waited for.
    return this.#isQuiet || this.#isLong;
  }

  /** Whether what stood in the way may be that of a socket test, which goes again; it is looked at soon then. */
  mayPass(error: unknown): boolean {
    const isObstacle =
      UnixListenerError.is(error) && ['inUse', 'notASocket', 'noPermission'].includes(error.reason);
    if (!isObstacle || this.#isLong) return false;
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.after(nextTryMs, this.#look);
    return true;
  }

  end(): void {
    this.#cancelQuiet();
    this.#cancelLong();
    this.#cancelRetry();
  }

  #awaitQuiet(): () => void {
    return this.#clock.after(quietMs, () => {
      this.#isQuiet = true;
      this.#look();
    });
  }
}
