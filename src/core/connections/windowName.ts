import { isProcessAlive } from './windowLock.ts';

/** Names a window in the journal: its process, so that others can tell when it is gone, and a UUID. */
export function windowName(pid: number, uuid: string): string {
  return `${pid}-${uuid}`;
}

/** Whether the process of a window is there; a name of another form is that of a window that is gone. */
export function isWindowOpen(name: string): boolean {
  const pid = Number(/^(\d+)-/.exec(name)?.[1]);
  return pid > 0 && isProcessAlive(pid);
}
