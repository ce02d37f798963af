/** Types that come most of the time, in blocks of one for each instance. */
const usual = ['started', 'ready', 'player_joined', 'stopped', 'version_updated'] as const;
/** Every so many events begins or ends work, which the decoder remembers in between. */
const rare = [
  [41, 'backup_started'],
  [43, 'backup_finished'],
  [47, 'update_started'],
  [53, 'update_finished'],
] as const;
const instances = 20;

/** The event of a number, as KGSM writes it. */
export function crashEvent(number: number): string {
  const [, work] = rare.find(([every]) => number % every === 0) ?? [];
  const type = work ?? usual[Math.floor(number / instances) % usual.length] ?? '';
  return JSON.stringify({
    EventType: `instance_${type}`,
    Data: { InstanceName: `server-${number % instances}`, NewVersion: `1.${number % 50}`, Number: number },
    Timestamp: new Date(Date.now()).toISOString(),
    Hostname: 'gamehost',
    KGSMVersion: '3.16.0',
  });
}

/** Number of an event that `crashEvent` made; undefined for one of our own. */
export function numberOf(raw: string): number | undefined {
  return (JSON.parse(raw) as { readonly Data?: { readonly Number?: number } }).Data?.Number;
}
