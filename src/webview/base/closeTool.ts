import { html, type TemplateResult } from 'lit';
import { firing } from './events.ts';
import { icon } from './icons.ts';
import { t } from './l10n.ts';

/** The button at the head of a pane that closes it. */
export const closeTool = (pane: EventTarget): TemplateResult =>
  html`<button
    class="tool"
    title=${t('Close (Esc)')}
    aria-label=${t('Close')}
    @click=${firing(pane, 'gso-action', 'closePane')}
  >
    ${icon('close')}
  </button>`;
