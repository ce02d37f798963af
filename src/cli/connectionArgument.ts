import { english } from '../core/model/text.ts';
import { readConnection, type ConfiguredConnection } from '../core/connections/settings.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { secretKinds, type SecretKind } from '../core/systems/session.ts';
import { UsageError } from './command.ts';

/** Lines of the usage of every command that opens a connection. */
export const secretUsage = `  A secret goes into the environment variable GSOPS_SECRET_<ID>_<KIND>, such as GSOPS_SECRET_HOME_PASSWORD (${secretKinds.join(', ')}),
  or into GSOPS_SECRET with its kind in GSOPS_SECRET_KIND (password unless set).`;

/** Reads a connection as it stands in the settings; the names of what is wrong with it are told, what is odd is warned of. */
export async function readConnectionArgument(json: string): Promise<ConfiguredConnection> {
  const entry = parseJson(json);
  if (entry === undefined)
    throw new UsageError(`the connection is not readable as JSON: ${json.slice(0, 100)}`);
  const read = await readConnection(entry, new SystemRegistry(systems));
  if (!read.ok) throw new UsageError(read.problems.map(english).join('\n'));
  for (const warning of read.warnings) process.stderr.write(`${english(warning)}\n`);
  return read.connection;
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

function variablePart(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}
