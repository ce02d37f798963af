import { instanceId, type InstanceRef } from '../model/instance.ts';
import { alertInstance, type AlertBody } from './alert.ts';

/** Alerts that nobody wants to hear: of an instance, of a connection or all. */
export interface Mute {
  readonly target: string;
  /** Milliseconds since the epoch; absent until somebody unmutes it. */
  readonly until?: number;
}

export const muteAll = 'all';

export function connectionTarget(connection: string): string {
  return `connection:${connection}`;
}

export function instanceTarget(ref: InstanceRef): string {
  return `instance:${instanceId(ref)}`;
}

/** The mutes that an instance, or what has none, is under at a time. */
export function mutesOf(
  mutes: readonly Mute[],
  { connection, instance }: { readonly connection: string; readonly instance?: InstanceRef | undefined },
  now: number,
): readonly Mute[] {
  const targets = new Set([
    muteAll,
    connectionTarget(connection),
    ...(instance ? [instanceTarget(instance)] : []),
  ]);
  return mutes.filter(({ target, until }) => targets.has(target) && (until === undefined || until > now));
}

/** Whether an instance is muted where it was not, or until another time. */
export function isMutedOtherwise(
  before: readonly Mute[],
  now: readonly Mute[],
  instance: InstanceRef,
): boolean {
  const [old, current] = [before, now].map((mutes) =>
    mutesOf(mutes, { connection: instance.connection, instance }, 0).map(({ target, until }) => [
      target,
      until,
    ]),
  );
  return JSON.stringify(old) !== JSON.stringify(current);
}

export function isMuted(mutes: readonly Mute[], alert: AlertBody, now: number): boolean {
  return mutesOf(mutes, { connection: alert.connection, instance: alertInstance(alert) }, now).length > 0;
}

/** How long one may mute, with the end of each; `tomorrow` ends at eight in the morning of this place. */
export function muteEnds(now: number): Readonly<Record<'hour' | 'shift' | 'tomorrow', number>> {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(8, 0, 0, 0);
  return { hour: now + 3_600_000, shift: now + 8 * 3_600_000, tomorrow: tomorrow.getTime() };
}
