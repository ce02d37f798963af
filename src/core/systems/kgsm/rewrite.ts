import { rewriteJson, type Role, type Rewriting } from '../rewriting.ts';

const protocol: Role = 'protocol';

const roles: Readonly<Record<string, Role>> = {
  EventType: protocol,
  Origin: protocol,
  KGSMVersion: protocol,
  ProducerVersion: protocol,
  LifecycleManager: protocol,
  Version: protocol,
  OldVersion: protocol,
  NewVersion: protocol,
  CurrentVersion: protocol,
  LatestVersion: protocol,
  Timestamp: 'time',
  Hostname: 'host',
  Actor: { behindColon: 'user', withoutColon: 'user' },
  // `InstanceName` since 2.0, `InstanceId` in 1.x, `Instance` in its first document.
  InstanceName: 'instance',
  InstanceId: 'instance',
  Instance: 'instance',
  PlayerName: 'player',
  PlayerId: 'player',
  SessionKey: 'player',
  Target: 'player',
  PlayerAddr: 'address',
};

/** Roles in events, and in the questions to KGSM's program with their answers. */
export function kgsmRole(path: readonly string[]): Role {
  const key = path.at(-1) ?? '';
  // In the note of how a command line of ours ended.
  if (path.length === 2 && path[0] === 'ended') {
    if (key === 'instance') return key;
    if (key === 'work' || key === 'outcome') return protocol;
  }
  if (path.length > 1 && path[0] !== 'Data') return 'text';
  return Object.hasOwn(roles, key) ? (roles[key] ?? 'text') : 'text';
}

export function rewriteKgsm(raw: string, rewriting: Rewriting): string {
  return rewriteJson(raw, kgsmRole, rewriting);
}
