import { commands } from 'vscode';
import { commandId } from '../contributions/commandIds.ts';
import type { RecordingFiles } from '../recordings/recordingFiles.ts';
import type { RecordingsView } from '../recordings/recordingsView.ts';
import type { Runtime } from '../runtime.ts';
import type { VirtualServers } from './virtualServers.ts';

const virtualServerCommands = [
  ...(['serveRecording', 'stopVirtualServer', 'playVirtualServer', 'pauseVirtualServer'] as const),
  ...(['virtualServerSpeed', 'addVirtualServer', 'copyVirtualSettings', 'copyVirtualValue'] as const),
  'showClientMessages',
] as const;

export type VirtualServerCommand = (typeof virtualServerCommands)[number];

/** The commands on virtual servers. Their code is loaded when somebody wants one. */
export function registerVirtualServers(runtime: Runtime, view: RecordingsView, files: RecordingFiles): void {
  const { scope } = runtime;
  let servers: Promise<VirtualServers> | undefined;
  const load = async (): Promise<VirtualServers> => {
    const { VirtualServers: Servers } = await import('./virtualServers.ts');
    const loaded = new Servers(runtime, view, files);
    view.showVirtual(loaded);
    return loaded;
  };
  for (const command of virtualServerCommands)
    scope.add(
      commands.registerCommand(commandId(command), async (...given: unknown[]) =>
        (await (servers ??= load())).run(command, given),
      ),
    );
  scope.defer(async () => (await servers)?.end());
}
