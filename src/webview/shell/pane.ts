import { html, type TemplateResult } from 'lit';
import type { Session } from './session.ts';

/** The detail of an event, or what stands in its place. */
export function renderPane(session: Session): TemplateResult {
  if (session.pane === 'emit')
    return html`<gso-emit .host=${session.host} .preset=${session.preset}></gso-emit>`;
  if (session.pane === 'statistics')
    return html`<gso-statistics .host=${session.host} .status=${session.status}></gso-statistics>`;
  return html`<gso-detail
    .detail=${session.detail}
    .context=${session.about.context}
    .pair=${session.about.pair}
    .wrap=${session.view.rawWrap}
    .gone=${session.gone}
    .tab=${session.view.detailTab}
  ></gso-detail>`;
}
