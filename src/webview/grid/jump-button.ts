import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../base/format.ts';
import { t } from '../base/l10n.ts';

/** Says how many rows are new below the reader, and goes there. */
export function jumpButton(fresh: number, jump: () => void): TemplateResult | typeof nothing {
  if (fresh === 0) return nothing;
  return html`<button class="jump" title=${t('Go to the newest event and follow')} @click=${jump}>
    ↓ ${t('{0} new', count(fresh))}
  </button>`;
}
