import type { Clock } from '../../../../../src/core/model/clock.ts';
import type { TrueNasSession } from '../../../../../src/core/systems/truenas/session/trueNasSession.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import { realClock } from '../../helpers.ts';
import { openConnection, settingsOf, type Given, type Opened as Base } from '../../opened.ts';

export { failed, ready, type Given } from '../../opened.ts';

const began = realClock.now();

/** Time that runs a hundred times as fast: what is waited for by the clock is there soon. */
const fastClock: Clock = {
  now: () => began + (realClock.now() - began) * 100,
  after: (ms, callback) => realClock.after(ms / 100, callback),
};

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
