import { html, type TemplateResult } from 'lit';
import type { Status } from '../../rpc/inspector.ts';
import type { Action } from '../base/events.ts';
import { eventCount } from '../base/format.ts';
import { t } from '../base/l10n.ts';

/** Words in the place of the rows while there are none, and what to do about it. */
export function renderEmpty(status: Status, act: (action: Action) => void): TemplateResult {
  if (status.kept === 'none') {
    return html`<p class="headline">${t('No events can be shown: there is no history')}</p>
      <p role="alert">${status.keptWhy}</p>
      <vscode-button secondary @click=${() => act('showLog')}>${t('Show Log')}</vscode-button>`;
  }
  if (status.searching) return html`<p class="headline">${t('Looking for events…')}</p>`;
  if (status.filter !== '' && status.total > 0) {
    return html`<p class="headline">${t('No event matches the filter')}</p>
      <p>${t('{0} are hidden.', eventCount(status.total))}</p>
      <vscode-button secondary @click=${() => act('clearFilter')}>${t('Clear Filter')}</vscode-button>`;
  }
  if (status.recording)
    return html`<p class="headline">${status.recording.text}</p>
      <p>${status.recording.problem}</p>`;
  return html`<p class="headline">${t('Waiting for events')}</p>
    <p>
      ${t('Events appear here as soon as a connected server sends one. Emit one yourself to try it out.')}
    </p>
    <vscode-button secondary @click=${() => act('emit')}>${t('Emit a Test Event…')}</vscode-button>`;
}
