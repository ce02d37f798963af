import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../../../src/core/model/text.ts';
import {
  listenerOn,
  accessObstacle,
  userOf,
} from '../../../../../../src/core/systems/kgsm/diagnosis/filePermissions.ts';
import { Room } from '../../../wire/sockets.ts';

describe('the way of the user of KGSM to a socket', () => {
  let room: Room;
  let path: string;
  beforeEach(() => {
    room = new Room();
    mkdirSync(room.path('run'));
    path = room.path('run', 'k.sock');
    writeFileSync(path, '');
    chmodSync(room.dir, 0o755);
    chmodSync(room.path('run'), 0o755);
  });
  afterEach(() => room.close());

  const stranger = { uid: 54_321, name: 'kgsm', groups: new Set<number>() };
  async function why(user: Parameters<typeof accessObstacle>[0] = stranger): Promise<string> {
    const found = await accessObstacle(user, path);
    return found ? english(found) : '';
  }

  it('ends at a file that only its owner may write to', async () => {
    chmodSync(path, 0o600);
    expect(await why()).toBe(`The user kgsm may not write to ${path}, which has the mode 0600.`);
    expect(await why({ ...stranger, uid: statSync(path).uid })).toBe('');
    expect(await why({ ...stranger, uid: 0 })).toBe('');
    chmodSync(path, 0o666);
    expect(await why()).toBe('');
  });

  it('is open to the group of the file', async () => {
    chmodSync(path, 0o660);
    expect(await why()).not.toBe('');
    expect(await why({ ...stranger, groups: new Set([statSync(path).gid]) })).toBe('');
  });

  it('ends at a directory that is closed to others', async () => {
    chmodSync(path, 0o666);
    chmodSync(room.path('run'), 0o700);
    expect(await why()).toBe(`The user kgsm may not pass through ${room.path('run')}.`);
  });

  it('begins with the owner of the folder of KGSM', async () => {
    expect(await userOf(room.dir)).toMatchObject({ uid: process.getuid?.() });
    expect(await userOf(room.path('none'))).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('knows who listens, and our own kind', async () => {
    const other = room.path('other.sock');
    await room.foreignProcess(other);
    const who = await listenerOn(other);
    expect(who && english(who)).toMatch(/^\S+ \(process \d+\)$/);
    await room.listen(room.path('ours.sock'));
    const ours = await listenerOn(room.path('ours.sock'));
    expect(ours && english(ours)).toBe('most likely another window of this editor');
    expect(await listenerOn(room.path('run', 'none.sock'))).toBeUndefined();
  });
});
