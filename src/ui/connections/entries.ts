import { ConfigurationTarget, workspace } from 'vscode';
import { readConnection, type ConfiguredConnection } from '../../core/connections/settings.ts';
import type { SystemRegistry } from '../../core/systems/registry.ts';
import { configuration } from '../configuration.ts';
import { prefix } from '../contributions/commandIds.ts';

export type Entry = Readonly<Record<string, unknown>>;

/** An entry of the setting as it stands there, with what it means where it can be read. */
interface ReadEntry {
  readonly entry: unknown;
  readonly connection: ConfiguredConnection | undefined;
}

async function readEntries(systems: SystemRegistry): Promise<readonly ReadEntry[]> {
  const entries = configuration().connections;
  if (!Array.isArray(entries)) return [];
  return Promise.all((entries as readonly unknown[]).map((entry) => readEntry(systems, entry)));
}

async function readEntry(systems: SystemRegistry, entry: unknown): Promise<ReadEntry> {
  const read = await readConnection(entry, systems);
  return { entry, connection: read.ok ? read.connection : undefined };
}

function idOf({ connection }: ReadEntry): string | undefined {
  return connection?.settings.id;
}

/** The entries that can be read. */
export async function configuredConnections(
  systems: SystemRegistry,
): Promise<readonly ConfiguredConnection[]> {
  return (await readEntries(systems)).flatMap(({ connection }) => connection ?? []);
}

export async function entryWithId(systems: SystemRegistry, id: string): Promise<Entry | undefined> {
  const found = (await readEntries(systems)).find((read) => idOf(read) === id)?.entry;
  return typeof found === 'object' && found !== null ? (found as Entry) : undefined;
}

/** Puts an entry in the place of the one with its id, or behind the others. */
export async function saveEntry(systems: SystemRegistry, entry: Entry): Promise<void> {
  const id = idOf(await readEntry(systems, entry));
  const read = await readEntries(systems);
  const entries = read.map((one) => one.entry);
  const place = read.findIndex((one) => idOf(one) === id);
  await write(place < 0 ? [...entries, entry] : entries.with(place, entry));
}

export async function removeEntry(systems: SystemRegistry, id: string): Promise<void> {
  const others = (await readEntries(systems)).filter((read) => idOf(read) !== id);
  await write(others.map(({ entry }) => entry));
}

/** An id that no other connection has. */
export async function freeId(systems: SystemRegistry, wanted: string): Promise<string> {
  const taken = new Set((await configuredConnections(systems)).map(({ settings }) => settings.id));
  let id = wanted;
  for (let n = 2; taken.has(id); n++) id = `${wanted.slice(0, 58)}-${String(n)}`;
  return id;
}

async function write(entries: readonly unknown[]): Promise<void> {
  await workspace.getConfiguration(prefix).update('connections', entries, ConfigurationTarget.Global);
}
