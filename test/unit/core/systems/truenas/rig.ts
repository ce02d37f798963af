import type { TrueNasSession } from '../../../../../src/core/systems/truenas/session/trueNasSession.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import { fastClock } from '../../fastClock.ts';
import { openConnection, settingsOf, type Given, type Opened as Base } from '../../opened.ts';

export { failed, ready, type Given } from '../../opened.ts';

export interface Opened extends Base {
  conversation(): TrueNasSession;
}

/** A connection to a NAS as a user would have it, started. */
export function open(url: string, given: Given = {}): Opened {
  const settings = settingsOf(trueNas, { kind: 'truenas', id: 'nas', url, ...given.settings });
  const host = trueNas.hostOf?.(settings) ?? 'h';
  const opened = openConnection(trueNas, settings, {
    secrets: given.secrets ?? { password: 'right' },
    options: { clock: fastClock, host, ...given.options },
  });
  return {
    ...opened,
    conversation() {
      const { session } = opened.connection;
      if (!session) throw new Error('there is a session');
      return session as TrueNasSession;
    },
  };
}
