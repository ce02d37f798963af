import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { english } from '../core/model/text.ts';
import { readConnections, type ReadConnections } from '../core/connections/settings.ts';
import type { SystemRegistry } from '../core/systems/registry.ts';
import { UsageError } from './command.ts';
import { JsoncError, parseJsonc } from './jsonc.ts';

type Fields = Readonly<Record<string, unknown>>;

const settingsKey = 'gameServerOps.connections';
const form = `an array of connections as in the settings, such as [{ "kind": "kgsm", "id": "home", "root": "/opt/kgsm" }]`;

/** Reads the connections of a file; relative paths in it begin at its folder. */
export async function readConfigFile(file: string, systems: SystemRegistry): Promise<ReadConnections> {
  const entries = connectionsIn(await parsedFile(file));
  if (!Array.isArray(entries)) throw new UsageError(`${file} must hold ${form}.`);
  const folder = dirname(resolve(file));
  const located = await Promise.all((entries as unknown[]).map((entry) => locate(entry, folder, systems)));
  return readConnections(located, systems);
}

/** Problems of a file, one a line, with the file's name. */
export function problemsOf(file: string, { problems }: ReadConnections): string {
  return problems.map((problem) => `${file}: ${english(problem)}`).join('\n');
}

async function parsedFile(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--config ${file} cannot be read: ${why}. It is a file with ${form}.`);
  }
  try {
    return parseJsonc(text);
  } catch (error) {
    if (!(error instanceof JsoncError)) throw error;
    throw new UsageError(`${file}:${error.line}:${error.column}: ${error.message}.`);
  }
}

/** The list itself, that of a file of VS Code's settings, or a single connection. */
function connectionsIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = value as Fields;
  if (settingsKey in fields) return fields[settingsKey];
  return 'kind' in fields ? [fields] : value;
}

async function locate(entry: unknown, folder: string, systems: SystemRegistry): Promise<unknown> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
  const fields = entry as Fields;
  const { kind } = fields;
  const system = typeof kind === 'string' ? await systems.load(kind) : undefined;
  const paths = new Set(system?.pathFields?.(fields));
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) =>
      paths.has(name) && typeof value === 'string' && value !== '' && !isAbsolute(value)
        ? [name, resolve(folder, value)]
        : [name, value],
    ),
  );
}
