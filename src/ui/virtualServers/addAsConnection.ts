import { commands, l10n } from 'vscode';
import { readConnection, slug, type ConfiguredConnection } from '../../core/connections/settings.ts';
import { oneLine } from '../../core/model/text.ts';
import { configuredConnections, freeId, saveEntry } from '../connections/entries.ts';
import { commandId } from '../contributions/commandIds.ts';
import { viewIds } from '../contributions/ids.ts';
import type { Runtime } from '../runtime.ts';
import { tellSimulated } from '../simulated/simulated.ts';
import { agreed, isTrusted, showInformation } from '../showMessage.ts';
import { translate } from '../translate.ts';
import type { Served } from './virtualServers.ts';

/** Adds a connection to a virtual server to the settings, and its password to the secret storage. */
export async function addAsConnection(runtime: Runtime, { facts, server }: Served): Promise<void> {
  const { systems, secrets } = runtime;
  if (!isTrusted(l10n.t('Connections are opened only in a trusted workspace.'))) return;
  if (tellSimulated(runtime)) return;
  const name = l10n.t('Virtual {0}', facts.label);
  const id = await freeId(systems, slug(name, server.system));
  const entry = { ...server.settings, id, name };
  const read = await readConnection(entry, systems);
  if (!read.ok) throw new Error(read.problems.map(translate).join('; '));
  const { system, settings } = read.connection;
  const [known] = await leadingTo(runtime, read.connection);
  if (known) {
    showInformation(l10n.t('{0} leads there already.', shownName(known)), showInstances());
    return;
  }
  const password = system.secrets(settings).find(({ kind }) => kind === 'password');
  if (password && server.password !== undefined) {
    const stored = await secrets.get(system, password);
    const question = l10n.t('Replace the password that is stored for {0}?', system.describe(settings));
    const detail = l10n.t('The virtual server takes its own one only.');
    if (
      stored !== undefined &&
      stored !== server.password &&
      !(await agreed(question, detail, l10n.t('Replace')))
    )
      return;
    await secrets.store(system, password, server.password);
  }
  await saveEntry(systems, entry);
  showInformation(l10n.t('The connection {0} was added to the settings.', name), showInstances());
}

/** Offers to remove the connection that led to a virtual server: it has ended, and another one has another address. */
export async function offerRemoval(runtime: Runtime, { server }: Served): Promise<void> {
  const read = await readConnection({ ...server.settings, id: 'virtual' }, runtime.systems);
  const [known] = read.ok ? await leadingTo(runtime, read.connection) : [];
  if (!known) return;
  showInformation(l10n.t('{0} leads nowhere now: its virtual server has ended.', shownName(known)), {
    [l10n.t('Remove Connection…')]: () =>
      commands.executeCommand(commandId('removeConnection'), { row: 'connection', id: known.settings.id }),
  });
}

/** The connections of the settings that lead where this one leads. */
async function leadingTo(
  { systems }: Runtime,
  { system, settings }: ConfiguredConnection,
): Promise<readonly ConfiguredConnection[]> {
  const address = system.describe(settings);
  const all = await configuredConnections(systems);
  return all.filter((other) => other.system.id === system.id && system.describe(other.settings) === address);
}

function shownName({ settings }: ConfiguredConnection): string {
  return oneLine(settings.name, 60);
}

function showInstances(): Readonly<Record<string, () => unknown>> {
  return { [l10n.t('Show Instances')]: () => commands.executeCommand(`${viewIds.instances}.focus`) };
}
