import { EventEmitter, l10n, Uri, window, workspace } from 'vscode';
import type { Scope } from '../../core/connections/scope.ts';
import type { ClientWords } from '../../core/playback/serving/virtualServer.ts';
import { sentText } from './sentText.ts';

const scheme = 'game-server-clients';

/** Documents with what the clients of virtual servers sent. They follow; of a server that ended they keep what stands there. */
export class ClientMessages {
  readonly #changed = new EventEmitter<Uri>();

  constructor(scope: Scope, sentTo: (server: string) => readonly ClientWords[] | undefined) {
    scope.add(this.#changed);
    scope.add(
      workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent({ query }) {
          const sent = sentTo(query);
          if (!sent) return l10n.t('This virtual server has ended.');
          return sent.length === 0 ? l10n.t('No client has sent anything yet.') : sentText(sent);
        },
      }),
    );
  }

  async show(server: string, label: string): Promise<void> {
    const name = l10n.t('Sent to virtual {0}', label).replaceAll('/', ' ');
    const uri = Uri.from({ scheme, path: `/${name} ${server}.log`, query: server });
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  /** Reads the document of a server anew where it is open. */
  changed(server: string): void {
    for (const { uri } of workspace.textDocuments)
      if (uri.scheme === scheme && uri.query === server) this.#changed.fire(uri);
  }
}
