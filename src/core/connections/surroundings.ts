import type { Clock } from '../model/clock.ts';

/** How late a change may be noticed; a look costs next to nothing. */
const lookEveryMs = 10_000;
/** Work holds a timer up for a moment; one that comes later than this was held up by sleep. */
const sleptMs = 20_000;

interface SurroundingsParts {
  readonly clock: Clock;
  /** Networks that this machine is in, as one text to compare. */
  readonly networks: () => string;
  /** Called when the machine slept, and when its networks are others. */
  readonly onChange: () => void;
}

/** Watches for what makes a server reachable that was not, or the other way round, until the answer is called. */
export function watchSurroundings({ clock, networks, onChange }: SurroundingsParts): () => void {
  let known = networks();
  let cancel: () => void = () => undefined;
  const lookLater = (): void => {
    const dueAt = clock.now() + lookEveryMs;
    cancel = clock.after(lookEveryMs, () => {
      const hasSlept = clock.now() - dueAt >= sleptMs;
      const now = networks();
      const isChanged = hasSlept || now !== known;
      known = now;
      lookLater();
      if (isChanged) onChange();
    });
  };
  lookLater();
  return () => cancel();
}
