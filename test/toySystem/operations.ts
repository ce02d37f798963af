import { text } from '../../src/core/model/text.ts';
import type { Operation } from '../../src/core/systems/operation.ts';
import type { ToySettings } from './settings.ts';

export const toyOperations: readonly Operation<ToySettings>[] = [
  {
    id: 'switchOff',
    effect: 'interrupts',
    command: { title: 'Switch Off', icon: '$(lightbulb)' },
    target: 'instance',
    progressTitle: ({ name }) => text('Switching {0} off', name),
    when: ({ state }) => state !== 'stopped',
    confirm: ({ name }) => ({
      message: text('Switch {0} off?', name),
      detail: text('It gets dark.'),
      action: text('Switch Off'),
    }),
    async run({ instance, session, signal }) {
      await session?.send?.(Buffer.from(JSON.stringify({ switched: instance.key, on: false })), signal);
      return { outcome: 'succeeded', message: text('{0} is off', instance.name) };
    },
  },
];
