/** The makers of these games are done at a patch level of 1: one update is to be had, then none. */
export function latestOf(version: string): string {
  return version.endsWith('.1') ? version : `${version}.1`;
}
