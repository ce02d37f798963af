import { posix } from 'node:path';
import type { Uri } from 'vscode';

/** Last part of the path, for people. */
export function nameOfFile({ path }: Uri): string {
  return posix.basename(path);
}
