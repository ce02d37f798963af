import { watch } from 'node:fs';

/** Calls back with the name of what changed in a directory. Where it cannot be watched, nothing happens. */
export function watchDirectory(directory: string, onChange: (name: string | null) => void): () => void {
  try {
    const watcher = watch(directory, { persistent: false }, (_event, name) => onChange(name));
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}
