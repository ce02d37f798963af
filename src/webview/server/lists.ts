import { html, nothing, type TemplateResult } from 'lit';
import type { ServerEvent, ServerHappening, ServerOperation } from '../../rpc/serverPage.ts';
import { t } from '../base/l10n.ts';
import { lengthWords, timeWords } from './words.ts';

/** Rows that lead further. */
export interface Ways {
  event(seq: number): void;
  task(id: string): void;
}

/** Buttons of what is on offer; the rest with the reasons, folded. */
export function renderOperations(
  operations: readonly ServerOperation[],
  perform: (id: string) => void,
): TemplateResult | typeof nothing {
  if (operations.length === 0) return nothing;
  const offered = operations.filter(({ why }) => why === '');
  const others = operations.filter(({ why }) => why !== '');
  return html`<div class="operations" role="group" aria-label=${t('Operations')}>
      ${
        offered.length === 0
          ? html`<p class="muted">${t('Nothing can be done to the server now.')}</p>`
          : offered.map(
              ({ id, title, destroys }) =>
                html`<button
                  type="button"
                  class=${destroys ? 'action destroys' : 'action'}
                  @click=${() => perform(id)}
                >
                  ${title}
                </button>`,
            )
      }
    </div>
    ${
      others.length === 0
        ? nothing
        : html`<details class="others">
            <summary>${t('Not possible now ({0})', others.length)}</summary>
            <ul>
              ${others.map(({ title, why }) => html`<li title=${why}><b>${title}</b> <span class="muted">${why}</span></li>`)}
            </ul>
          </details>`
    }`;
}

/** What happened and who did it, the newest first. */
export function renderHappenings(all: readonly ServerHappening[], ways: Ways): TemplateResult {
  if (all.length === 0)
    return html`<p class="muted">${t('Nothing is known to have happened in this time.')}</p>`;
  return html`<ol class="rows">
    ${all.map((each) => renderHappening(each, ways))}
  </ol>`;
}

function renderHappening(
  { band, title, who, why, at, until, goesOn, event, task }: ServerHappening,
  ways: Ways,
): TemplateResult {
  const open = event === null ? (task === null ? undefined : () => ways.task(task)) : () => ways.event(event);
  const length = until === null ? (goesOn ? t('goes on') : '') : lengthWords(until - at);
  const by = who === '' ? nothing : html`<span class="who">${who}</span>`;
  return html`<li class=${`row ${band}`}>
    <span class="dot" aria-hidden="true"></span>
    <span class="time">${timeWords(at)}</span>
    <span class="what">
      ${open ? html`<button type="button" class="link" @click=${open}>${title}</button>` : html`<b>${title}</b>`}
      ${by} ${length === '' ? nothing : html`<span class="muted length">${length}</span>`}
      ${why === '' ? nothing : html`<span class="why">${why}</span>`}
    </span>
  </li>`;
}

export function renderEvents(events: readonly ServerEvent[], ways: Ways): TemplateResult {
  if (events.length === 0) return html`<p class="muted">${t('No events yet')}</p>`;
  return html`<ol class="rows">
    ${events.map(
      ({ seq, at, severity, summary }) =>
        html`<li class=${`row ${severity}`}>
          <span class="dot" aria-hidden="true"></span>
          <span class="time">${timeWords(at)}</span>
          <span class="what">
            ${severity === 'error' || severity === 'warning' ? html`<span class="hidden-text">${severity === 'error' ? t('Error') : t('Warning')}</span>` : nothing}
            <button type="button" class="link" @click=${() => ways.event(seq)}>${summary}</button>
          </span>
        </li>`,
    )}
  </ol>`;
}
