import { commands, l10n, window } from 'vscode';
import { instanceRef, type InstanceRef } from '../../core/model/instance.ts';
import { commandId } from '../contributions/commandIds.ts';
import { serverPanelType } from '../contributions/ids.ts';
import { InstancePanels } from '../pages/instancePanels.ts';
import type { Row } from '../tree/treeItems.ts';
import type { Runtime } from '../runtime.ts';

/** Registers the command that opens the page of a server, and brings the pages back after a reload. */
export function registerServerPages(runtime: Runtime): InstancePanels {
  const pages = new InstancePanels(runtime, {
    type: serverPanelType,
    title: l10n.t('Server'),
    open: async (panel, ref) => {
      const { ServerPanel } = await import('./serverPanel.ts');
      return new ServerPanel(runtime, panel, ref);
    },
  });
  const { scope } = runtime;
  scope.add(
    commands.registerCommand(commandId('openServerPage'), async (row?: Row) => {
      const ref = row?.row === 'instance' || row?.row === 'detail' ? row : await pick(runtime);
      if (ref) await pages.show(instanceRef(ref.connection, ref));
    }),
  );
  scope.add(
    window.registerWebviewPanelSerializer(serverPanelType, {
      deserializeWebviewPanel: async (panel, saved) => {
        const ref = savedRef(saved);
        if (ref) await pages.adopt(panel, ref);
        else panel.dispose();
      },
    }),
  );
  return pages;
}

async function pick(runtime: Runtime): Promise<InstanceRef | undefined> {
  const { pickInstance } = await import('../pages/pickInstance.ts');
  return pickInstance(runtime, () => true, {
    none: l10n.t('No game server is known yet.'),
    which: l10n.t('The page of which server?'),
  });
}

/** The server that a page kept over the reload. */
function savedRef(saved: unknown): InstanceRef | undefined {
  const { ref } = (saved ?? {}) as { readonly ref?: Partial<InstanceRef> };
  const { connection, kind, key, host } = ref ?? {};
  const isWhole = [connection, kind, key].every((part) => typeof part === 'string');
  return isWhole
    ? ({ connection, kind, key, ...(host === undefined ? {} : { host }) } as InstanceRef)
    : undefined;
}
