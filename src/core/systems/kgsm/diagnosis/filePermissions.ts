import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { oneLine, text, type Text } from '../../../model/text.ts';

/** Somebody on this machine. */
interface User {
  readonly uid: number;
  readonly name: string;
  readonly groups: ReadonlySet<number>;
}

/** The user that a KGSM most likely runs as: the owner of its folder. */
export async function userOf(root: string): Promise<User | undefined> {
  const owner = await stat(root).catch(() => undefined);
  if (!owner) return undefined;
  const { uid } = owner;
  const groups = new Set<number>();
  let name = String(uid);
  for (const line of await linesOf('/etc/passwd')) {
    const [login, , id, group] = line.split(':');
    if (login === undefined || id !== String(uid)) continue;
    name = login;
    groups.add(Number(group));
  }
  for (const line of await linesOf('/etc/group')) {
    const [, , id, members] = line.split(':');
    if (members?.split(',').includes(name)) groups.add(Number(id));
  }
  return { uid, name, groups };
}

const execute = 1;
const write = 2;

/** The mode that keeps a user from writing to a file or directory, on it or on the way there; nothing where the user may. */
export async function accessObstacle(user: User, path: string): Promise<Text | undefined> {
  if (user.uid === 0) return undefined;
  const target = await realpath(path);
  const way: string[] = [];
  for (let at = dirname(target); ; at = dirname(at)) {
    way.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const directory of way) {
    if (await may(user, directory, execute)) continue;
    return text('The user {0} may not pass through {1}.', user.name, oneLine(directory));
  }
  if (await may(user, target, write)) return undefined;
  const { mode } = await stat(target);
  return text(
    'The user {0} may not write to {1}, which has the mode {2}.',
    user.name,
    oneLine(target),
    (mode & 0o777).toString(8).padStart(4, '0'),
  );
}

async function may(user: User, path: string, right: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  if (uid === user.uid) return ((mode >> 6) & right) !== 0;
  if (user.groups.has(gid)) return ((mode >> 3) & right) !== 0;
  return (mode & right) !== 0;
}

/** The program that listens on a socket path. Linux alone tells, and names only processes that we may inspect. */
export async function listenerOn(path: string): Promise<Text | undefined> {
  const target = await realpath(path).catch(() => path);
  const own = join(dirname(target), '.gs-');
  let ours = false;
  const inodes = new Set<string>();
  for (const line of await linesOf('/proc/net/unix')) {
    const found = /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.+)$/.exec(line);
    if (!found) continue;
    const [, flags = '', inode = '', bound = ''] = found;
    // __SO_ACCEPTCON: it listens.
    if ((parseInt(flags, 16) & 0x10000) === 0) continue;
    if (bound === path || bound === target) inodes.add(inode);
    // Ours are bound under a passing name and get the final one afterwards.
    else if (bound.startsWith(own)) ours = true;
  }
  if (inodes.size > 0) return (await processWith(inodes)) ?? text('a program of another user');
  return ours ? text('most likely another window of this editor') : undefined;
}

async function processWith(inodes: ReadonlySet<string>): Promise<Text | undefined> {
  for (const pid of await namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await namesIn(`/proc/${pid}/fd`)) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      const [name = ''] = await linesOf(`/proc/${pid}/comm`);
      return text('{0} (process {1})', oneLine(basename(name), 60), pid);
    }
  }
  return undefined;
}

/** Lines of a file; none where it may not be read. */
async function linesOf(file: string): Promise<readonly string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n');
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}
