import { commands, l10n } from 'vscode';
import type { Connection } from '../../core/connections/connection.ts';
import { liveTimeline } from '../../core/model/event.ts';
import { english, errorWords, oneLine, text } from '../../core/model/text.ts';
import type { Finding, Fix } from '../../core/systems/diagnosis.ts';
import { StepList } from './steps.ts';
import { commandId } from '../contributions/commandIds.ts';
import { showError, showInformation } from '../showMessage.ts';
import { confirmed } from '../operations/questions.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Looks step by step why no events come, and offers to mend what was found. Goes on until the user has enough. */
export async function diagnose(runtime: Runtime, connection: Connection): Promise<void> {
  for (;;) {
    const findings: Finding[] = [];
    const list = new StepList(
      l10n.t('Why are there no events from {0}?', oneLine(connection.settings.name, 60)),
      l10n.t('Looking…'),
    );
    try {
      for await (const finding of look(runtime, connection, list.signal)) {
        findings.push(finding);
        list.show([...findings, { title: text('Looking on'), outcome: 'running' }]);
      }
    } catch (error) {
      const words = errorWords(error);
      findings.push({ title: text('The look ended early'), outcome: 'wrong', detail: text('{0}', words) });
    }
    if (list.signal.aborted) return;
    list.show(findings);
    log(runtime, connection, findings);
    const chosen = await list.choose(summary(findings), [
      ...findings.flatMap(({ fix, title, detail }, i) =>
        fix
          ? [
              {
                id: String(i),
                icon: 'wrench',
                label: translate(fix.title),
                detail: translate(detail ?? title),
              },
            ]
          : [],
      ),
      { id: 'again', icon: 'refresh', label: l10n.t('Look Again') },
      { id: 'log', icon: 'output', label: l10n.t('Show Log') },
    ]);
    if (chosen === undefined) return;
    if (chosen === 'log') {
      await commands.executeCommand(commandId('showLog'));
      return;
    }
    const fix = findings[Number(chosen)]?.fix;
    if (fix) await mend(connection, fix);
  }
}

/** Does what a fix says, after its question. */
export async function mend(connection: Connection, fix: Fix): Promise<void> {
  if (fix.question && !(await confirmed(fix.question))) return;
  try {
    showInformation(translate(await fix.apply(AbortSignal.timeout(30_000))));
    if (connection.state !== 'ready') await connection.reconnectNow();
  } catch (error) {
    const words = isWorded(error) ? translate(error.text) : oneLine(String(error), 200);
    showError(l10n.t('It could not be mended: {0}', words));
  }
}

function look(runtime: Runtime, connection: Connection, signal: AbortSignal): AsyncIterable<Finding> {
  const { system, settings, session, secret } = connection;
  if (!system.diagnose) throw new Error('this system has no diagnosis');
  return system.diagnose(settings, {
    signal,
    session,
    secret,
    arrives: (marker, withinMs) => arrives(runtime, connection.id, marker, withinMs),
  });
}

function arrives(
  { pipeline }: Runtime,
  connection: string,
  marker: string,
  withinMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (found: boolean): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve(found);
    };
    const timer = setTimeout(end, withinMs, false);
    const unsubscribe = pipeline.subscribe('diagnosis', ({ timeline, events }) => {
      if (timeline !== liveTimeline) return;
      if (events.some((e) => e.connection === connection && e.direction === 'in' && e.raw.includes(marker)))
        end(true);
    });
  });
}

function summary(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ outcome }) => outcome === 'wrong').length;
  if (wrong === 0) return l10n.t('Nothing is wrong: events come when something happens.');
  return wrong === 1 ? l10n.t('One thing is wrong.') : l10n.t('{0} things are wrong.', wrong);
}

function log({ channel }: Runtime, { settings }: Connection, findings: readonly Finding[]): void {
  for (const { title, outcome, detail } of findings) {
    const line = `[${settings.name}] ${outcome}: ${english(title)}${detail ? `: ${english(detail)}` : ''}`;
    if (outcome === 'wrong') channel.warn(line);
    else channel.info(line);
  }
}

function isWorded(error: unknown): error is { readonly text: Parameters<typeof translate>[0] } {
  return typeof error === 'object' && error !== null && 'text' in error;
}
