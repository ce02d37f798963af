const passing: readonly string[] = [
  'nameNotFound',
  'refused',
  'unreachable',
  'timeout',
  'lost',
  'closed',
  'tooLarge',
];

/** Whether what keeps a wire from working goes away by itself; everything else waits for the user. */
export function isPassing(reason: string): boolean {
  return passing.includes(reason);
}
