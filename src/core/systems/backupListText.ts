import { oneLine, text, type Text } from '../model/text.ts';

/** So many names fit into a message; all are in the log. */
const namesShown = 3;

/** Says which backups an instance has, in the order given. */
export function backupListText(instance: string, backups: readonly string[]): Text {
  if (backups.length === 0) return text('{0} has no backup', instance);
  const names = backups.slice(0, namesShown).map((backup) => oneLine(backup, 100));
  const rest = backups.length - names.length;
  return rest > 0
    ? text('{0} has {1} backups: {2} and {3} more', instance, backups.length, names.join(', '), rest)
    : text('{0} has {1} backups: {2}', instance, backups.length, names.join(', '));
}
