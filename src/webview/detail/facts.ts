import { html, nothing, type TemplateResult } from 'lit';
import type { Detail } from '../../rpc/inspector.ts';
import { duration, moment } from '../base/format.ts';
import { t } from '../base/l10n.ts';
import { originLabel, severityLabel } from '../grid/cells.ts';

/** Type, origin, times and meaning of an event. */
export function facts(detail: Detail, causeAt: number | null): TemplateResult {
  const origin = originLabel(detail.origin);
  const direction = detail.direction === 'out' ? t('sent') : '';
  return html`<dl class="mono">
    ${fact(t('type'), html`<span class=${detail.severity}>${detail.type}</span>`)}
    ${fact(t('summary'), detail.summary, 'prose')}
    ${fact(t('severity'), detail.severity === 'info' ? '' : html`<span class=${detail.severity}>${severityLabel(detail.severity)}</span>`)}
    ${fact(t('instance'), place(detail.instance, detail.connection))}
    ${detail.time === null ? nothing : fact(t('sent'), sent(detail.time, detail.receivedAt))}
    ${fact(t('received'), received(detail.receivedAt, causeAt))}
    ${fact(t('origin'), [origin, direction].filter((part) => part !== '').join(', '))}
    ${fact(t('host'), detail.host)} ${fact(t('correlation'), detail.correlation ?? '')}
    ${fact(t('meaning'), detail.meaning, 'prose')}
  </dl>`;
}

function sent(time: number, receivedAt: number): TemplateResult {
  const late = receivedAt - time;
  // Clocks of two machines differ, and many senders tell whole seconds.
  const words =
    late < 0 ? t('({0} after its arrival)', duration(-late)) : t('({0} before its arrival)', duration(late));
  return html`${moment(time)} <span class="muted">${words}</span>`;
}

function received(at: number, causeAt: number | null): TemplateResult {
  const words =
    causeAt === null
      ? nothing
      : html` <span class="muted">${t('(+{0} after its cause)', duration(at - causeAt))}</span>`;
  return html`${moment(at)}${words}`;
}

function fact(name: string, value: unknown, classes = ''): TemplateResult | typeof nothing {
  return value === ''
    ? nothing
    : html`<dt>${name}</dt>
        <dd class=${classes}>${value}</dd>`;
}

function place(instance: string, connection: string): TemplateResult | string {
  return instance === ''
    ? connection
    : html`<bdi>${instance}</bdi> <span class="muted">· <bdi>${connection}</bdi></span>`;
}
