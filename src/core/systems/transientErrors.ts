const transientReasons: readonly string[] = [
  'nameNotFound',
  'refused',
  'unreachable',
  'timeout',
  'lost',
  'closed',
  'tooLarge',
];

/** Whether an error of the wire may pass by itself; every other waits for the user. */
export function isTransient(reason: string): boolean {
  return transientReasons.includes(reason);
}
