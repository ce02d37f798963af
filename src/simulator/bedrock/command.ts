import { portOf, speedOf, type SimulatorCommand } from '../command.ts';
import { playBedrock } from './play.ts';

export const bedrockCommand: SimulatorCommand = {
  usage: `bedrock [--port N] [--protocol-version 3.7|3.8|3.9|3.10] [--speed N]
                                                a Bedrock Server Manager with four servers, until Ctrl+C`,
  demo: [
    {
      id: 'minecraft',
      name: 'Minecraft',
      args: () => ['--port', '0'],
      signsIn: true,
      rows: [/, running.* on Minecraft$/],
    },
  ],
  async run({ options, untilInterrupted, announce }) {
    const { 'protocol-version': given = '3.10' } = options;
    const [port, speed] = [portOf(options.port, 11_325), speedOf(options)];
    const protocolVersion = (['3.7', '3.8', '3.9', '3.10'] as const).find((one) => one === given);
    if (port === undefined || speed === undefined || !protocolVersion) return undefined;
    await playBedrock({ port, protocolVersion, speed, signal: untilInterrupted(), onListening: announce });
    return 0;
  },
};
