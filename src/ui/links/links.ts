import { commands, env, l10n, Uri, window } from 'vscode';
import * as z from 'zod/mini';
import { instancesOf } from '../../core/model/fleet.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import { oneLine } from '../../core/model/text.ts';
import { commandId } from '../contributions/commandIds.ts';
import type { Inspector } from '../inspector/inspector.ts';
import type { Runtime } from '../runtime.ts';
import { showWarning } from '../showMessage.ts';
import type { Row } from '../tree/treeItems.ts';

/** Longest query of a link; the language itself takes 10,000 characters. */
const maxQuery = 2_000;
const name = z.string().check(z.minLength(1), z.maxLength(300));

/** The parts of the window that links lead to. */
interface LinkPlaces {
  readonly runtime: Runtime;
  readonly inspector: Inspector;
  readonly reveal: (row: Row) => Promise<void>;
}

/** A page that links name: what it takes, and what it shows. Links come from anywhere: each only shows something. */
interface Page<Given> {
  readonly parameters: z.ZodMiniType<Given>;
  show(places: LinkPlaces, given: Given): Promise<void>;
}
const page = <Given>(parameters: z.ZodMiniType<Given>, show: Page<Given>['show']): Page<unknown> => ({
  parameters,
  show,
});

const pages: Readonly<Record<string, Page<unknown>>> = {
  '/inspector': page(
    z.strictObject({
      query: z.optional(z.string().check(z.maxLength(maxQuery))),
      connection: z.optional(z.string().check(z.maxLength(200))),
    }),
    async ({ runtime, inspector }, { query = '', connection }) => {
      if (connection !== undefined && !runtime.connections.get(connection))
        showWarning(
          l10n.t(
            'This window has no connection “{0}”: the link shows what its own history has.',
            oneLine(connection, 80),
          ),
        );
      await inspector.show(query);
    },
  ),
  '/instance': page(
    z.strictObject({ connection: name, key: name, kind: z.optional(name), host: z.optional(name) }),
    async ({ runtime, reveal }, { connection, key, kind, host }) => {
      const { pipeline, timelines } = runtime;
      const instance = instancesOf(pipeline.fleet(timelines.id), connection).find(
        (each) => each.key === key && each.host === host && (kind === undefined || each.kind === kind),
      );
      if (instance) await reveal({ ...instance, row: 'instance' });
      else
        showWarning(
          l10n.t(
            'This window knows no game server “{0}” on the connection “{1}”.',
            oneLine(key, 80),
            oneLine(connection, 80),
          ),
        );
    },
  ),
  '/recording': page(z.strictObject({ id: name }), async ({ runtime }, { id }) => {
    if (runtime.recordings.list.some((recording) => recording.id === id))
      await commands.executeCommand(commandId('showRecording'), { row: 'recording', id });
    else showWarning(l10n.t('This machine has no recording “{0}”.', oneLine(id, 80)));
  }),
};

/** Opens the pages that links of the kind `vscode://game-server-ops.game-server-ops/inspector?query=…` name. */
export function registerLinks(places: LinkPlaces): void {
  const { runtime } = places;
  runtime.scope.add(
    window.registerUriHandler({
      handleUri: async ({ path, query }) => {
        const known = Object.hasOwn(pages, path) ? pages[path] : undefined;
        const given = known?.parameters.safeParse(Object.fromEntries(new URLSearchParams(query)));
        if (given?.success === true) await known?.show(places, given.data);
        else
          showWarning(
            l10n.t(
              'The link “{0}” is none that Game Server Ops knows.',
              oneLine(query === '' ? path : `${path}?${query}`, 120),
            ),
          );
      },
    }),
  );
  runtime.scope.add(
    commands.registerCommand(commandId('copyRecordingLink'), async (row?: unknown) => {
      if (isRecording(row)) await env.clipboard.writeText(link(runtime, '/recording', { id: row.id }));
    }),
  );
}

function isRecording(value: unknown): value is { readonly row: 'recording'; readonly id: string } {
  return typeof value === 'object' && value !== null && 'row' in value && value.row === 'recording';
}

/** The link that shows a server in the tree. */
export function instanceLink(runtime: Runtime, { connection, kind, key, host }: InstanceRef): string {
  return link(runtime, '/instance', { connection, kind, key, ...(host === undefined ? {} : { host }) });
}

/** The link that opens the inspector with a query. */
export function inspectorLink(runtime: Runtime, query: string): string {
  return link(runtime, '/inspector', { query });
}

function link({ context }: Runtime, path: string, parameters: Readonly<Record<string, string>>): string {
  return Uri.from({
    scheme: env.uriScheme,
    authority: context.extension.id,
    path,
    query: new URLSearchParams(parameters).toString(),
  }).toString(true);
}
