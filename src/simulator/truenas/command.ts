import { portOf, speedOf, type SimulatorCommand } from '../command.ts';
import { playTrueNas } from './play.ts';

export const trueNasCommand: SimulatorCommand = {
  usage: `truenas [--port N] [--profile core-13|24.10|25.10|26.0] [--speed N]
                                                a TrueNAS with game apps and jobs, until Ctrl+C`,
  demo: [
    {
      id: 'nas',
      name: 'NAS',
      args: () => ['--port', '0'],
      signsIn: true,
      rows: [/, running.* on NAS$/],
    },
  ],
  async run({ options, untilInterrupted, announce }) {
    const { profile: given = '25.10' } = options;
    const [port, speed] = [portOf(options.port, 6100), speedOf(options)];
    const profile = (['core-13', '24.10', '25.10', '26.0'] as const).find((one) => one === given);
    if (port === undefined || speed === undefined || !profile) return undefined;
    await playTrueNas({ port, profile, speed, signal: untilInterrupted(), onListening: announce });
    return 0;
  },
};
