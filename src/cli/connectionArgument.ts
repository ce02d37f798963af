import { english } from '../core/model/text.ts';
import { readConnection, type ConfiguredConnection } from '../core/connections/settings.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { secretKinds, type SecretKind } from '../core/systems/session.ts';
import { UsageError } from './command.ts';
import { problemsOf, readConfigFile } from './configFile.ts';

/** Lines of the usage of every command that opens connections. */
export const connectionUsage = `  A connection is JSON as in the settings, or the id or name of one in --config <file>: an array of them, with comments.
  A secret goes into the environment variable GSOPS_SECRET_<ID>_<KIND>, such as GSOPS_SECRET_HOME_PASSWORD (${secretKinds.join(', ')}),
  or into GSOPS_SECRET with its kind in GSOPS_SECRET_KIND (password unless set).`;

/** The connections that the arguments name: by JSON, by id or name in a file, or all of the file where none is named. */
export async function connectionsNamed(
  named: readonly string[],
  config: string | undefined,
): Promise<readonly ConfiguredConnection[]> {
  if (config !== undefined) return connectionsOfFile(config, named);
  const [json, ...more] = named;
  if (json === undefined)
    throw new UsageError('The connection is missing: give it as JSON, or a file of connections by --config.');
  if (more.length > 0) throw new UsageError('The connection is one argument: put it in quotes.');
  return [await readConnectionArgument(json)];
}

/** The same for what works on one connection alone. */
export async function connectionNamed(
  named: readonly string[],
  config: string | undefined,
): Promise<ConfiguredConnection> {
  const [only, ...more] = await connectionsNamed(named, config);
  if (only && more.length === 0) return only;
  throw new UsageError('One connection is needed: name it by its id.');
}

/** Reads a connection as it stands in the settings; the names of what is wrong with it are told, what is odd is warned of. */
async function readConnectionArgument(json: string): Promise<ConfiguredConnection> {
  const entry = parseJson(json);
  if (entry === undefined)
    throw new UsageError(
      json.trimStart().startsWith('{')
        ? `The connection is not readable as JSON: ${json.slice(0, 100)}`
        : `The connection is not readable as JSON: ${json.slice(0, 100)}. An id or a name needs --config <file> with its connection.`,
    );
  const read = await readConnection(entry, new SystemRegistry(systems));
  if (!read.ok) throw new UsageError(read.problems.map(english).join('\n'));
  for (const warning of read.warnings) process.stderr.write(`${english(warning)}\n`);
  return read.connection;
}

async function connectionsOfFile(
  file: string,
  named: readonly string[],
): Promise<readonly ConfiguredConnection[]> {
  const read = await readConfigFile(file, new SystemRegistry(systems));
  const { connections, problems, warnings } = read;
  if (named.length === 0 && problems.length > 0) throw new UsageError(problemsOf(file, read));
  const chosen = named.length === 0 ? connections : [...new Set(named.map((name) => find(file, read, name)))];
  if (chosen.length === 0) throw new UsageError(`${file} names no connection.`);
  for (const warning of warnings) process.stderr.write(`${file}: ${english(warning)}\n`);
  return chosen;
}

function find(
  file: string,
  read: Awaited<ReturnType<typeof readConfigFile>>,
  name: string,
): ConfiguredConnection {
  const { connections, problems } = read;
  const found =
    connections.find(({ settings }) => settings.id === name) ??
    connections.find(({ settings }) => settings.name === name);
  if (found) return found;
  if (parseJson(name) !== undefined)
    throw new UsageError('With --config a connection is named by its id: JSON is given without --config.');
  const ids = connections.map(({ settings }) => settings.id).join(', ');
  const known = `There is no connection ${name} in ${file}${ids === '' ? '' : `; there is: ${ids}`}.`;
  throw new UsageError(problems.length === 0 ? known : `${known}\n${problemsOf(file, read)}`);
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The secrets of a connection. They never stand in the command line, where other users of the machine could read them. */
export function secretsOf(id: string, env: NodeJS.ProcessEnv): (kind: SecretKind) => string | undefined {
  const given = env['GSOPS_SECRET_KIND'] ?? 'password';
  const general = secretKinds.find((one) => one === given);
  if (env['GSOPS_SECRET'] && !general)
    throw new UsageError(`GSOPS_SECRET_KIND must be one of ${secretKinds.join(', ')}`);
  const own = `GSOPS_SECRET_${variablePart(id)}`;
  return (kind) => {
    const value = env[`${own}_${variablePart(kind)}`] ?? (kind === general ? env['GSOPS_SECRET'] : undefined);
    return value === '' ? undefined : value;
  };
}

/** The secrets of connections that are open together: one that names no connection is for a single one alone. */
export function secretsOfEach(
  connections: readonly ConfiguredConnection[],
  env: NodeJS.ProcessEnv,
): (id: string) => ReturnType<typeof secretsOf> {
  const { GSOPS_SECRET: general, ...named } = env;
  if (connections.length === 1 || !general) return (id) => secretsOf(id, env);
  process.stderr.write(
    'GSOPS_SECRET is not used: there are several connections. Name each with GSOPS_SECRET_<ID>_<KIND>.\n',
  );
  return (id) => secretsOf(id, named);
}

function variablePart(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}
