import { speedOf, type SimulatorCommand } from '../command.ts';
import { runCli } from './cli.ts';
import { demoInstances, makeDemoRoot } from './demo.ts';
import { play } from './play.ts';
import { watchInstance } from './games.ts';

/** A KGSM host with games that live. */
export const playCommand: SimulatorCommand = {
  usage: `play --root DIR [--speed N] [--seed N] [--protocol-version 1.7|2.2|3.16]
                                                makes DIR a KGSM root with games and lets them live, until Ctrl+C`,
  demo: [
    {
      id: 'demo',
      name: 'Demo',
      args: (folder) => ['--root', `${folder}/kgsm`],
      rows: Object.values(demoInstances)
        .filter(({ opening }) => opening !== 'absent')
        .map(({ name }) => new RegExp(`^${name}, .*on Demo$`)),
    },
    {
      id: 'demo-3',
      name: 'Demo 3',
      args: (folder) => ['--root', `${folder}/kgsm3`, '--protocol-version', '3.16'],
      rows: [/^Connection Demo 3, Connected/],
    },
  ],
  async run({ options, environment, untilInterrupted, announce }) {
    const { root, 'protocol-version': protocolVersion = '2.2' } = options;
    const speed = speedOf(options);
    const seed = Number(options.seed);
    if (root === undefined || speed === undefined || !Number.isInteger(seed)) return undefined;
    if (protocolVersion !== '1.7' && protocolVersion !== '2.2' && protocolVersion !== '3.16')
      return undefined;
    makeDemoRoot(root, environment(root).launch, protocolVersion);
    announce({ kind: 'kgsm', root });
    await play({ root, speed, seed, signal: untilInterrupted() });
    return 0;
  },
};

/** KGSM's own command line, as `kgsm.sh` in a simulated root calls it. */
export const kgsmCommand: SimulatorCommand = {
  usage: 'kgsm --root DIR [--] ARGS…               answers one command line of KGSM, as DIR/kgsm.sh does',
  ownArguments: 2,
  async run({ options: { root }, passed, environment }) {
    return root === undefined ? undefined : runCli(environment(root), passed);
  },
};

/** KGSM's watcher of one instance, which a start leaves behind. */
export const watcherCommand: SimulatorCommand = {
  ownArguments: 4,
  async run({ options: { root, run = '' }, passed: [instance = ''], environment }) {
    if (root === undefined) return undefined;
    await watchInstance(environment(root), instance, run);
    return 0;
  },
};
