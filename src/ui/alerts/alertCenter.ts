import { randomUUID } from 'node:crypto';
import { commands, l10n, window, workspace, type QuickPickItem } from 'vscode';
import { alertInstance, type Alert } from '../../core/alerts/alert.ts';
import { Alerts } from '../../core/alerts/alerts.ts';
import { connectionTarget, instanceTarget, muteAll, muteEnds, mutesOf } from '../../core/alerts/mutes.ts';
import { alertFields, webhookBody } from '../../core/alerts/webhook.ts';
import type { Scope } from '../../core/connections/scope.ts';
import { systemClock } from '../../core/model/clock.ts';
import { liveTimeline } from '../../core/model/event.ts';
import { findInstance } from '../../core/model/fleet.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import { errorText, oneLine, text } from '../../core/model/text.ts';
import { sendWebhook } from '../../core/wire/webhookSender.ts';
import { commandId, prefix } from '../contributions/commandIds.ts';
import { coreLog } from '../log/log.ts';
import type { Runtime } from '../runtime.ts';
import { showInformation, showWarning, type Actions } from '../showMessage.ts';
import { time, type Row } from '../tree/treeItems.ts';
import { translate } from '../translate.ts';
import type { AlertWays } from './alerts.ts';
import { readAlertSettings, type ReadAlertSettings } from './alertSettings.ts';

/** Key of the webhook's secret in the secret storage. */
const secretKey = 'alerts.webhook';
const mostNamed = 3;

interface MuteTarget {
  readonly target: string;
  readonly name: string;
  readonly connection: string;
  readonly instance?: InstanceRef;
}

/** The alerts of this window: watched, shown, muted and sent on. */
export class AlertCenter {
  readonly #runtime: Runtime;
  readonly #ways: AlertWays;
  readonly #live: Alerts;
  #simulated: { readonly timeline: string; readonly alerts: Alerts } | undefined;
  #settings: ReadAlertSettings;

  constructor(runtime: Runtime, ways: AlertWays, scope: Scope) {
    this.#runtime = runtime;
    this.#ways = ways;
    this.#settings = readAlertSettings();
    this.#live = scope.add(this.#open(liveTimeline));
    scope.defer(() => this.#simulated?.alerts.dispose());
    scope.add(
      workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(`${prefix}.alerts`)) return;
        this.#settings = readAlertSettings();
        for (const alerts of this.#all) alerts.renew();
      }),
    );
    scope.add(
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) for (const alerts of this.#all) alerts.focused();
      }),
    );
    scope.add(runtime.timelines.onDidChange(() => this.#follow()));
    this.#follow();
  }

  /** Asks how long alerts of some servers and connections, or of everything, are not to be heard. */
  async muteAlerts(rows: readonly Row[]): Promise<void> {
    const chosen = rows.flatMap((row) => this.#targetOf(row) ?? []);
    const targets: readonly MuteTarget[] =
      chosen.length > 0 ? chosen : [{ target: muteAll, name: '', connection: '' }];
    const now = Date.now();
    const ends = muteEnds(now);
    const alerts = this.#shown;
    const muted = targets.flatMap((each) => mutesOf(alerts.mutes, each, now));
    const items: (QuickPickItem & { readonly until?: number; readonly unmute?: true })[] = [
      ...(muted.length > 0 ? [{ label: `$(bell) ${l10n.t('Unmute')}`, unmute: true } as const] : []),
      { label: l10n.t('For 1 Hour'), description: time(ends.hour), until: ends.hour },
      { label: l10n.t('For 8 Hours'), description: time(ends.shift), until: ends.shift },
      { label: l10n.t('Until Tomorrow Morning'), description: time(ends.tomorrow), until: ends.tomorrow },
      { label: l10n.t('Until I Unmute Them') },
    ];
    const names = chosen.slice(0, mostNamed).map(({ name }) => oneLine(name, 60));
    if (chosen.length > mostNamed) names.push('…');
    const title =
      names.length === 0 ? l10n.t('Mute All Alerts') : l10n.t('Mute Alerts of {0}', names.join(', '));
    const picked = await window.showQuickPick(items, { title });
    if (!picked) return;
    if (picked.unmute) await alerts.unmute(muted.map((mute) => mute.target));
    else for (const { target } of targets) await alerts.mute(target, picked.until);
  }

  /** Ends some alerts, or all that are open. */
  async dismissAlerts(ids?: unknown): Promise<void> {
    const { unseen } = this.#shown;
    await this.#shown.see(Array.isArray(ids) ? unseen.filter(({ id }) => ids.includes(id)) : unseen);
  }

  /** Does what an alert does, to see that it arrives. */
  async testAlert(): Promise<void> {
    const { connections, timelines } = this.#runtime;
    const [connection] = connections.on(timelines.base);
    await this.#shown.test(connection?.id ?? '', text('This is a test: alerts arrive here'));
  }

  async alertSecret(): Promise<void> {
    const { secrets } = this.#runtime.context;
    const value = await window.showInputBox({
      title: l10n.t('Secret of the Webhook for Alerts'),
      prompt: l10n.t(
        'Sent as the header {0}. It is kept in the secret storage of VS Code, not in the settings. An empty one forgets it.',
        this.#settings.webhook?.header ?? 'Authorization',
      ),
      password: true,
      ignoreFocusOut: true,
    });
    if (value === undefined) return;
    if (value === '') await secrets.delete(secretKey);
    else await secrets.store(secretKey, value);
  }

  get #all(): readonly Alerts[] {
    return this.#simulated ? [this.#live, this.#simulated.alerts] : [this.#live];
  }

  /** Those of the timeline that one works with. */
  get #shown(): Alerts {
    return this.#simulated?.alerts ?? this.#live;
  }

  #follow(): void {
    const { base, isSimulated } = this.#runtime.timelines;
    if (this.#simulated && (!isSimulated || this.#simulated.timeline !== base)) {
      this.#simulated.alerts.dispose();
      this.#simulated = undefined;
    }
    if (isSimulated && !this.#simulated) this.#simulated = { timeline: base, alerts: this.#open(base) };
    this.#show();
  }

  #show(): void {
    const { unseen, mutes } = this.#shown;
    this.#runtime.alerts.show(unseen, mutes);
  }

  #open(timeline: string): Alerts {
    const { pipeline, journals, systems, connections, host, channel } = this.#runtime;
    const isLive = timeline === liveTimeline;
    return new Alerts({
      timeline,
      pipeline,
      store: journals.store(timeline),
      window: this.#runtime.window,
      host,
      clock: systemClock,
      newId: randomUUID,
      settings: () => this.#settings,
      captures: (connection) => !isLive || journals.captures(connection),
      isServerAlert: ({ system, type, severity }) =>
        systems.get(system)?.alertType === type && (severity === 'warning' || severity === 'error'),
      nameOf: (connection) => connections.get(connection)?.settings.name ?? connection,
      isFocused: () => window.state.focused,
      onRaised: (alerts) => {
        for (const alert of alerts) void this.#send(alert);
      },
      // Crashes are part of the play on simulated servers: they are counted and listed.
      tell: (alerts) => {
        if (isLive) this.#tell(alerts);
      },
      // The first one is opened before it is known here.
      onChange: () => {
        queueMicrotask(() => this.#show());
      },
      log: coreLog(channel, this.#runtime.scope),
    });
  }

  /** One message, however many alerts there are. */
  #tell(alerts: readonly Alert[]): void {
    const [alert] = alerts;
    if (!alert) return;
    const from = this.#shown;
    const acted = (run: () => unknown) => async (): Promise<void> => {
      await from.see(alerts);
      await run();
    };
    if (alerts.length > 1) {
      const named = alerts.slice(0, mostNamed).map(({ title }) => oneLine(translate(title), 100));
      const rest = alerts.length > mostNamed ? ['…'] : [];
      showWarning(l10n.t('{0} alerts: {1}', alerts.length, [...named, ...rest].join(', ')), {
        [l10n.t('Show')]: () => commands.executeCommand(commandId('overview')),
        [l10n.t('Dismiss')]: acted(() => undefined),
      });
      return;
    }
    const { connection, query, detail } = alert;
    const instance = alertInstance(alert);
    const row = this.#rowOf(alert);
    const name = this.#runtime.connections.get(connection)?.settings.name ?? connection;
    const title = oneLine(translate(alert.title), 200);
    const where = instance ? l10n.t('{0} on {1}', title, oneLine(name, 60)) : title;
    const said = detail ? `${where}. ${oneLine(translate(detail), 200)}` : where;
    const actions: Actions = {
      ...(row ? { [l10n.t('Reveal')]: acted(() => this.#ways.reveal(row)) } : {}),
      ...(query === undefined
        ? row
          ? { [l10n.t('Show Events')]: acted(() => commands.executeCommand(commandId('showEvents'), row)) }
          : {}
        : { [l10n.t('Show Events')]: acted(() => this.#ways.showEvents(query)) }),
      [l10n.t('Mute…')]: acted(() => this.muteAlerts(row ? [row] : [])),
    };
    showWarning(said, actions);
  }

  #rowOf(alert: Alert): Row | undefined {
    const { pipeline, timelines } = this.#runtime;
    const fleet = pipeline.fleet(timelines.base);
    const instance = alertInstance(alert);
    if (instance && findInstance(fleet, instance)) return { row: 'instance', ...instance };
    return fleet.connections.has(alert.connection) ? { row: 'connection', id: alert.connection } : undefined;
  }

  #targetOf(row: Row): MuteTarget | undefined {
    const { connections, pipeline, timelines } = this.#runtime;
    if (row.row === 'instance') {
      const name = findInstance(pipeline.fleet(timelines.base), row)?.name ?? row.key;
      return { target: instanceTarget(row), name, connection: row.connection, instance: row };
    }
    if (row.row === 'connection') {
      const name = connections.get(row.id)?.settings.name ?? row.id;
      return { target: connectionTarget(row.id), name, connection: row.id };
    }
    return undefined;
  }

  /** Runs the command and calls the webhook of the settings. */
  async #send(alert: Alert): Promise<void> {
    if (!workspace.isTrusted) return;
    const { command, webhook } = this.#settings;
    const name = this.#runtime.connections.get(alert.connection)?.settings.name ?? alert.connection;
    const fields = alertFields(alert, name);
    const isTest = alert.cause.startsWith('test/');
    const failed = (what: string, error: unknown): void => {
      const words = translate(errorText(error));
      coreLog(this.#runtime.channel, this.#runtime.scope).warn(
        text('{0} of an alert failed: {1}', what, words),
      );
      if (isTest) showWarning(l10n.t('{0}: {1}', what, words));
    };
    if (command !== '')
      await commands.executeCommand(command, fields).then(undefined, (error: unknown) => {
        failed(l10n.t('The command'), error);
      });
    if (!webhook) return;
    const secret = await this.#runtime.context.secrets.get(secretKey);
    const headers = secret === undefined ? {} : { [webhook.header]: secret };
    try {
      await sendWebhook(webhook.url, Buffer.from(webhookBody(webhook, fields)), { headers });
      if (isTest) showInformation(l10n.t('The webhook took the test alert.'));
    } catch (error) {
      failed(l10n.t('The webhook'), error);
    }
  }
}
