import { ConfigurationTarget, workspace } from 'vscode';
import { readConnection, type ConfiguredConnection } from '../../core/connections/settings.ts';
import { configuration } from '../configuration.ts';
import { prefix } from '../contributions/commands.ts';

export type Entry = Readonly<Record<string, unknown>>;

/** The entries of the setting as they stand there, also those that cannot be read. */
function rawEntries(): readonly unknown[] {
  const entries = configuration().connections;
  return Array.isArray(entries) ? (entries as readonly unknown[]) : [];
}

function idOf(entry: unknown): string | undefined {
  const read = readConnection(entry);
  return read.ok ? read.connection.settings.id : undefined;
}

/** The entries that can be read. */
export function configuredConnections(): readonly ConfiguredConnection[] {
  return rawEntries().flatMap((entry) => {
    const read = readConnection(entry);
    return read.ok ? [read.connection] : [];
  });
}

export function entryWithId(id: string): Entry | undefined {
  const found = rawEntries().find((entry) => idOf(entry) === id);
  return typeof found === 'object' && found !== null ? (found as Entry) : undefined;
}

/** Puts an entry in the place of the one with its id, or behind the others. */
export async function saveEntry(entry: Entry): Promise<void> {
  const id = idOf(entry);
  const entries = rawEntries();
  const place = entries.findIndex((one) => idOf(one) === id);
  await write(place < 0 ? [...entries, entry] : entries.with(place, entry));
}

export async function removeEntry(id: string): Promise<void> {
  await write(rawEntries().filter((entry) => idOf(entry) !== id));
}

/** An id that no other connection has. */
export function freeId(wanted: string): string {
  const taken = new Set(configuredConnections().map(({ settings }) => settings.id));
  let id = wanted;
  for (let n = 2; taken.has(id); n++) id = `${wanted.slice(0, 58)}-${String(n)}`;
  return id;
}

async function write(entries: readonly unknown[]): Promise<void> {
  await workspace.getConfiguration(prefix).update('connections', entries, ConfigurationTarget.Global);
}
