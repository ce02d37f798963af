import { l10n } from 'vscode';
import type { ConnectionCommand } from './connectionCommandTable.ts';

interface Refusal {
  /** Said where a command suits no connection. */
  readonly none: () => string;
  /** Said where it does not suit the chosen one. */
  readonly chosen: (name: string) => string;
}

const areSimulated = (): string => l10n.t('Simulated servers do not stand in the settings. Stop them first.');
const simulated: Refusal = { none: areSimulated, chosen: areSimulated };

/** Why a command on a connection is not possible. Reconnecting always is. */
export const connectionRefusals: Readonly<Partial<Record<ConnectionCommand, Refusal>>> = {
  editConnection: simulated,
  duplicateConnection: simulated,
  removeConnection: simulated,
  signOut: {
    none: () => l10n.t('Nobody is signed in: no secret of a connection is stored.'),
    chosen: (name) => l10n.t('Nobody is signed in: no secret of {0} is stored.', name),
  },
  connect: {
    none: () => l10n.t('Every connection is connected already, or tries to.'),
    chosen: (name) => l10n.t('{0} is connected already, or tries to.', name),
  },
  disconnect: {
    none: () => l10n.t('Every connection is disconnected already.'),
    chosen: (name) => l10n.t('{0} is disconnected already.', name),
  },
  refresh: {
    none: () => l10n.t('No connection is connected that could be asked for its instances.'),
    chosen: (name) => l10n.t('{0} cannot be asked for its instances now.', name),
  },
  diagnose: {
    none: () => l10n.t('No connection is of a kind that can be examined.'),
    chosen: (name) => l10n.t('{0} is not of a kind that can be examined.', name),
  },
};
