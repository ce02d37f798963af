import { portOf, speedOf, type SimulatorCommand } from '../command.ts';
import { playNotifier } from './play.ts';

export const notifierCommand: SimulatorCommand = {
  usage: `notifier --root DIR [--port N] [--revision seed|early|lax|strict] [--speed N]
                                                a notification server with clients, its certificates in DIR, until Ctrl+C`,
  demo: [
    {
      id: 'bell',
      name: 'Bell',
      args: (folder) => ['--root', `${folder}/bell`, '--port', '0'],
      rows: [/^client-.*, .*on Bell$/],
    },
  ],
  async run({ options, untilInterrupted, announce }) {
    const { root: folder, revision: given = 'lax' } = options;
    const [port, speed] = [portOf(options.port, 3000), speedOf(options)];
    const revision = (['seed', 'early', 'lax', 'strict'] as const).find((one) => one === given);
    if (folder === undefined || port === undefined || speed === undefined || !revision) return undefined;
    await playNotifier({ folder, port, revision, speed, signal: untilInterrupted(), onListening: announce });
    return 0;
  },
};
