import { statSync, type BigIntStats } from 'node:fs';

/** The socket files that exist, each with its inode and birth time: another file belongs to another listener. Empty without any. */
export function socketFilesAt(paths: readonly string[]): string {
  return paths
    .flatMap((path) => {
      const file = statsOf(path);
      return file?.isSocket() === true ? `${path}:${file.ino}:${file.birthtimeNs}` : [];
    })
    .join(',');
}

/** Undefined also where the path cannot be looked at: no sender reaches a listener there. */
function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
