import { join } from 'node:path';
import { commands, l10n } from 'vscode';
import { errorWords } from '../../core/model/text.ts';
import { commandId } from '../contributions/commandIds.ts';
import { contextKeys, viewIds } from '../contributions/ids.ts';
import type { Runtime } from '../runtime.ts';
import { isTrusted, showError, showInformation } from '../showMessage.ts';
import type { SimulatedServers } from './simulatedServers.ts';

/** The commands that start and stop simulated servers. Their code is loaded when somebody wants some. */
export function registerSimulated(runtime: Runtime): void {
  const { scope, context, timelines, channel } = runtime;
  const notes = join(context.globalStorageUri.fsPath, 'simulated');
  let servers: SimulatedServers | undefined;
  let isOver = false;
  /** One start or stop after another. */
  let queue = Promise.resolve();
  const enqueue = (run: () => Promise<void>): Promise<void> => (queue = queue.then(run, run));
  const start = async (): Promise<void> => {
    if (servers || isOver) return;
    const { SimulatedServers: Servers } = await import('./simulatedServers.ts');
    servers = await Servers.start(runtime, notes, () => {
      showError(l10n.t('The simulated servers ended by themselves.'));
      void stop();
    });
  };
  const stop = (): Promise<void> =>
    enqueue(async () => {
      const ending = servers;
      servers = undefined;
      await ending?.stop();
    });
  scope.add(
    commands.registerCommand(commandId('trySimulated'), async () => {
      if (!isTrusted(l10n.t('Simulated servers run only in a trusted workspace, as everything here does.')))
        return;
      // Next to a walkthrough or the palette, the tree is what there is to see.
      void commands.executeCommand(`${viewIds.instances}.focus`);
      await enqueue(start).catch((error: unknown) => {
        showError(l10n.t('The simulated servers could not be started: {0}', errorWords(error)));
      });
    }),
  );
  scope.add(commands.registerCommand(commandId('stopSimulated'), stop));
  scope.add(
    timelines.onDidChange(() => {
      void commands.executeCommand('setContext', contextKeys.simulating, timelines.isSimulated);
    }),
  );
  scope.defer(() => {
    isOver = true;
    return stop();
  });
  removeLeftovers(notes).catch((error: unknown) => channel.warn(errorWords(error)));
}

/** Says that the history of this machine is not on screen; false where it is. */
export function tellSimulated({ timelines }: Runtime): boolean {
  if (!timelines.isSimulated) return false;
  showInformation(l10n.t('Simulated servers are on screen, which leave no history. Stop them first.'), {
    [l10n.t('Stop Simulated Servers')]: () => commands.executeCommand(commandId('stopSimulated')),
  });
  return true;
}

/** Removes, after the start, what a window that was killed could not remove. */
async function removeLeftovers(notes: string): Promise<void> {
  await new Promise((begin) => setImmediate(begin));
  const { existsSync } = await import('node:fs');
  if (!existsSync(notes)) return;
  const { removeSimulatorLeftovers } = await import('../../core/playback/serving/simulatorProcess.ts');
  removeSimulatorLeftovers(notes);
}
