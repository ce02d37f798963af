import { join, delimiter } from 'node:path';
import { l10n, MarkdownString } from 'vscode';
import { errorWords } from '../../core/model/text.ts';
import type { Runtime } from '../runtime.ts';

/** Also behind what the shell itself does to the PATH, as login shells on macOS do. */
const always = { applyAtProcessCreation: true, applyAtShellIntegration: true };

/** Puts `gsops` on the PATH of the integrated terminals, after the activation. */
export function offerCommandLine({ context, channel, scope }: Runtime): void {
  const later = setImmediate(() => {
    const storage = context.globalStorageUri.fsPath;
    const folder = join(storage, 'bin');
    const { environmentVariableCollection: variables } = context;
    // Paths of servers change with their updates: terminals of a later start get those of that start.
    variables.persistent = false;
    variables.description = new MarkdownString(l10n.t('Puts the command `gsops` on the PATH'));
    variables.prepend('PATH', `${folder}${delimiter}`, always);
    variables.replace('GSOPS_STORAGE', storage, always);
    void import('./commandLineFiles.ts')
      .then(({ writeCommandLineFiles }) =>
        writeCommandLineFiles(folder, {
          node: process.execPath,
          script: context.asAbsolutePath('dist/cli.js'),
        }),
      )
      .catch((error: unknown) => {
        channel.warn(`gsops is not on the PATH of terminals: ${errorWords(error)}`);
      });
  });
  scope.defer(() => {
    clearImmediate(later);
  });
}
