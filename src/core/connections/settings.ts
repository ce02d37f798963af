import { oneLine, text, type Text } from '../model/text.ts';
import type { SystemRegistry } from '../systems/registry.ts';
import type { AnySystem } from '../systems/system.ts';
import type { ConnectionSettings } from '../systems/settings.ts';

export interface ConfiguredConnection {
  readonly system: AnySystem;
  readonly settings: ConnectionSettings;
}

export interface ReadConnections {
  readonly connections: readonly ConfiguredConnection[];
  /** Problems, entry by entry; the other entries work all the same. */
  readonly problems: readonly Text[];
  readonly warnings: readonly Text[];
}

/** Reads the connections setting and loads the systems that it names. Entries without an id get one from their name; ids must differ. */
export async function readConnections(value: unknown, systems: SystemRegistry): Promise<ReadConnections> {
  if (value === undefined || value === null) return { connections: [], problems: [], warnings: [] };
  if (!Array.isArray(value)) {
    return { connections: [], problems: [text('the list of connections must be an array')], warnings: [] };
  }
  const connections: ConfiguredConnection[] = [];
  const problems: Text[] = [];
  const warnings: Text[] = [];
  const ids = new Set<string>();
  for (const [index, entry] of (value as unknown[]).entries()) {
    const at = (problem: Text): Text => text('connection {0}: {1}', label(entry, index), problem);
    const read = await readConnection(entry, systems);
    if (!read.ok) {
      problems.push(...read.problems.map(at));
      continue;
    }
    const { settings } = read.connection;
    if (ids.has(settings.id)) {
      problems.push(at(text('the id "{0}" is taken by an earlier connection; ids must differ', settings.id)));
      continue;
    }
    ids.add(settings.id);
    warnings.push(...read.warnings.map(at));
    connections.push(read.connection);
  }
  return { connections, problems, warnings };
}

type ReadConnection =
  | { readonly ok: true; readonly connection: ConfiguredConnection; readonly warnings: readonly Text[] }
  | { readonly ok: false; readonly problems: readonly Text[] };

/** Reads one entry of the connections setting; its system is loaded then. */
export async function readConnection(entry: unknown, systems: SystemRegistry): Promise<ReadConnection> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return { ok: false, problems: [text('must be an object')] };
  }
  const fields = entry as Readonly<Record<string, unknown>>;
  const kind = fields['kind'];
  const system = typeof kind === 'string' ? await systems.load(kind) : undefined;
  if (!system) {
    const kinds = systems.ids.join(', ');
    if (kind === undefined) return { ok: false, problems: [text('"kind" is missing; allowed: {0}', kinds)] };
    return {
      ok: false,
      problems: [text('"kind" must be one of {0}, not {1}', kinds, oneLine(JSON.stringify(kind), 40))],
    };
  }
  const { name } = fields;
  const withId =
    fields['id'] === undefined && typeof name === 'string'
      ? { ...fields, id: slug(name, system.id) }
      : fields;
  const parsed = system.parseSettings(withId);
  if (!parsed.ok) return parsed;
  return { ok: true, connection: { system, settings: parsed.settings }, warnings: parsed.warnings };
}

/** The id that a first name gives: stays when the name changes later, because it is then written into the settings. */
export function slug(name: string, fallback: string): string {
  const made = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return made === '' ? fallback : made;
}

function label(entry: unknown, index: number): string {
  if (typeof entry === 'object' && entry !== null) {
    const { name, id } = entry as Readonly<Record<string, unknown>>;
    for (const given of [name, id])
      if (typeof given === 'string' && given !== '') return `"${oneLine(given, 60)}"`;
  }
  return `#${String(index + 1)}`;
}
