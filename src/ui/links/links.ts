import { env, l10n, Uri, window } from 'vscode';
import * as z from 'zod/mini';
import { oneLine } from '../../core/model/text.ts';
import type { Inspector } from '../inspector/inspector.ts';
import type { Runtime } from '../runtime.ts';
import { showWarning } from '../showMessage.ts';

/** Longest query of a link; the language itself takes 10,000 characters. */
const maxQuery = 2_000;

const inspectorParameters = z.strictObject({
  query: z.optional(z.string().check(z.maxLength(maxQuery))),
  connection: z.optional(z.string().check(z.maxLength(200))),
});

/** Paths that a link may name. Links come from anywhere: each only shows something. */
const pages = {
  '/inspector': async ({ connections }: Runtime, inspector: Inspector, given: unknown): Promise<boolean> => {
    const read = inspectorParameters.safeParse(given);
    if (!read.success) return false;
    const { query = '', connection } = read.data;
    if (connection !== undefined && !connections.get(connection))
      showWarning(
        l10n.t(
          'This window has no connection “{0}”: the link shows what its own history has.',
          oneLine(connection, 80),
        ),
      );
    await inspector.show(query);
    return true;
  },
} as const;

/** Opens the pages that links of the kind `vscode://game-server-ops.game-server-ops/inspector?query=…` name. */
export function registerLinks(runtime: Runtime, inspector: Inspector): void {
  runtime.scope.add(
    window.registerUriHandler({
      handleUri: async ({ path, query }) => {
        const page = Object.hasOwn(pages, path) ? pages[path as keyof typeof pages] : undefined;
        const isKnown = await page?.(runtime, inspector, Object.fromEntries(new URLSearchParams(query)));
        if (isKnown !== true)
          showWarning(
            l10n.t(
              'The link “{0}” is none that Game Server Ops knows.',
              oneLine(query === '' ? path : `${path}?${query}`, 120),
            ),
          );
      },
    }),
  );
}

/** The link that opens the inspector with a query. */
export function inspectorLink({ context }: Runtime, query: string): string {
  const parameters = new URLSearchParams({ query }).toString();
  return Uri.from({
    scheme: env.uriScheme,
    authority: context.extension.id,
    path: '/inspector',
    query: parameters,
  }).toString(true);
}
