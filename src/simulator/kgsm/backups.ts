import { randomBytes } from 'node:crypto';
import type { Kgsm } from './kgsm.ts';
import type { BackupNote, InstanceState } from './state.ts';

/** Backs an instance up and answers the name. Version 2 has one name a second, which a second backup takes over. */
export function addBackup(kgsm: Kgsm, instance: InstanceState): string {
  const { name, version, active, backups = [], backupNotes = {} } = instance;
  const time = new Date(kgsm.now()).toISOString().slice(0, 19);
  const backup =
    kgsm.behaviour.protocolVersion === '2.2'
      ? `${name}-${version}-${time}.backup.tar.gz`
      : `${name}-${time.replaceAll(/[-:]/g, '')}Z-${randomBytes(3).toString('hex')}`;
  const note: BackupNote = { version, createdAt: `${time}Z`, consistency: active ? 'flushed' : 'cold' };
  kgsm.store.change(name, {
    backups: [...backups.filter((other) => other !== backup), backup],
    backupNotes: { ...backupNotes, [backup]: note },
  });
  return backup;
}

/** Puts the version of a backup in place, after a backup of what is there; answers the name of that one. */
export function putBack(
  kgsm: Kgsm,
  instance: InstanceState,
  backup: string,
): { readonly safety: string; readonly version: string } {
  const safety = addBackup(kgsm, instance);
  const version = versionIn(kgsm, instance, backup);
  kgsm.store.change(instance.name, { version });
  return { safety, version };
}

/** Version 2 reads it from the name, wherever that has its dashes. */
function versionIn(kgsm: Kgsm, { version, backupNotes }: InstanceState, backup: string): string {
  if (kgsm.behaviour.protocolVersion === '2.2')
    return /-([^-]+)-\d{4}-\d\d-\d\dT/.exec(backup)?.[1] ?? version;
  return backupNotes?.[backup]?.version ?? version;
}

export function dropBackups(
  kgsm: Kgsm,
  { name, backups = [] }: InstanceState,
  gone: readonly string[],
): void {
  kgsm.store.change(name, { backups: backups.filter((backup) => !gone.includes(backup)) });
}

/** The manifests that version 3 prints, newest first. */
export function manifestsOf(instance: InstanceState): object[] {
  const { name, blueprint, version, backups = [], backupNotes = {} } = instance;
  return backups.toReversed().map((id) => ({
    schema_version: 1,
    id,
    instance: name,
    blueprint,
    version: backupNotes[id]?.version ?? version,
    created_at: backupNotes[id]?.createdAt ?? null,
    compressed: true,
    consistency: backupNotes[id]?.consistency ?? null,
    sources: ['install', 'saves'],
    size_bytes: 86016,
    file_count: 12,
    sha256: null,
  }));
}
