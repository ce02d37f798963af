import { commands, l10n } from 'vscode';
import type { Connection } from '../../core/connections/connection.ts';
import { liveTimeline } from '../../core/model/event.ts';
import { commandId } from '../contributions/commandIds.ts';
import { showError, showWarning, type Actions } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Says once when a connection ended with something that only the user can mend; what is tried again stays in the tree. */
export function tellFailures(runtime: Runtime): void {
  const { scope, pipeline, connections } = runtime;
  const advised = new Set<string>();
  scope.defer(
    pipeline.subscribe('connection messages', ({ timeline, before, fleet }) => {
      if (timeline !== liveTimeline || before.connections === fleet.connections) return;
      for (const status of fleet.connections.values()) {
        const old = before.connections.get(status.id);
        const connection = connections.get(status.id);
        if (!connection || status.state === old?.state) continue;
        if (status.state === 'failed') {
          const reason = status.detail ? translate(status.detail) : '';
          showError(
            l10n.t('{0} cannot be connected: {1}', connection.settings.name, reason),
            remedies(runtime, connection),
          );
        } else if (status.state === 'ready') void advise(runtime, connection, advised);
      }
    }),
  );
}

function remedies(runtime: Runtime, connection: Connection): Actions {
  const { system, settings, failure } = connection;
  const kind = failure?.secret;
  const spec = system.secrets(settings).find((one) => one.kind === kind);
  const edit = {
    [l10n.t('Edit…')]: () => commands.executeCommand(commandId('editConnection'), row(connection)),
  };
  if (spec && kind) {
    return {
      [l10n.t('Enter {0}…', translate(spec.title))]: async () => {
        if (await runtime.secrets.ask(system, settings, kind)) await connection.reconnectNow();
      },
      ...edit,
    };
  }
  if (failure?.certificate === true && system.tlsAddress?.(settings)) {
    return {
      [l10n.t('Show Fingerprint')]: async () =>
        (await import('./certificate.ts')).pinCertificate(runtime, connection),
      [l10n.t('Retry')]: () => connection.reconnectNow(),
      ...edit,
    };
  }
  return { [l10n.t('Retry')]: () => connection.reconnectNow(), ...edit };
}

function row({ id }: Connection): object {
  return { row: 'connection', id };
}

/** Offers what would let events come where something surely keeps them away: once per thing and window. */
async function advise(runtime: Runtime, connection: Connection, advised: Set<string>): Promise<void> {
  const { system, settings } = connection;
  const finding = await system.advise?.(settings, AbortSignal.timeout(30_000)).catch(() => undefined);
  if (!finding) return;
  const detail = translate(finding.detail ?? finding.title);
  const key = `${settings.id}\n${detail}`;
  if (advised.has(key)) return;
  advised.add(key);
  const { fix } = finding;
  showWarning(l10n.t('{0} will get no events: {1}', settings.name, detail), {
    ...(fix
      ? { [translate(fix.title)]: async () => (await import('./diagnosis.ts')).mend(connection, fix) }
      : {}),
    [l10n.t('Why?')]: async () => (await import('./diagnosis.ts')).diagnose(runtime, connection),
  });
}
