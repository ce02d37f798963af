/** For things that come at once, or not at all. */
export const SOON_MS = 5000;

/** Whether something can be done; it has a moment for it. */
export function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
