import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Comparison, PayloadChange } from '../../rpc/inspectorDetail.ts';
import { firing } from '../base/events.ts';
import { count, duration, moment } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

const GROUPS: readonly {
  readonly kind: PayloadChange['kind'];
  readonly label: (changes: string) => string;
}[] = [
  { kind: 'changed', label: (changes) => t('Changed ({0})', changes) },
  { kind: 'added', label: (changes) => t('Added ({0})', changes) },
  { kind: 'removed', label: (changes) => t('Removed ({0})', changes) },
];

/** Differences of two events: the one before of the same type and instance, or the two that are selected. */
export class EventChanges extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      p {
        margin: 0 0 8px;
      }
      p.head {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 2px 12px;
      }
      h2 {
        color: var(--vscode-descriptionForeground);
        font-size: inherit;
        font-weight: normal;
        margin: 10px 0 2px;
      }
      dl {
        line-height: 19px;
        margin: 0;
        overflow-wrap: anywhere;
        user-select: text;
      }
      dt {
        color: var(--vscode-debugTokenExpression-name);
        margin-top: 4px;
      }
      dd {
        margin: 0 0 0 2ch;
        unicode-bidi: isolate;
      }
      del,
      ins {
        text-decoration: none;
      }
      del {
        color: var(--vscode-descriptionForeground);
      }
      ins {
        color: var(--vscode-debugTokenExpression-string);
      }
      button.link {
        align-items: center;
        display: inline-flex;
        gap: 4px;
      }
    `,
  ];
  static override properties = { comparison: { attribute: false }, selected: { type: Boolean } };
  declare comparison: Comparison | null;
  /** The two events are those that are selected. */
  declare selected: boolean;

  protected override render(): TemplateResult | typeof nothing {
    const { comparison } = this;
    if (!comparison) return nothing;
    const { from, to, changes, more, obstacle } = comparison;
    if (!from)
      return html`<p class="muted">${t('There is no earlier event of this type about this instance.')}</p>`;
    const events = { from: from.seq, to: to.seq };
    const words = this.selected
      ? t('The two selected events, {0} apart.', duration(to.receivedAt - from.receivedAt))
      : t(
          'Since the event before of this type and instance, {0} earlier.',
          duration(to.receivedAt - from.receivedAt),
        );
    return html`<p class="head">
        <span class="muted">${words}</span>
        <button class="link" title=${moment(from.receivedAt)} @click=${firing(this, 'gso-reveal', from.seq)}>
          ${this.selected ? t('Show the First') : t('Show It')}
        </button>
        <button class="link" @click=${firing(this, 'gso-difference', events)}>
          ${icon('diff')}${t('Open in the Diff Editor')}
        </button>
      </p>
      ${obstacle === undefined ? nothing : html`<p>${obstacleWords(obstacle)}</p>`}
      ${changes.length === 0 && obstacle === undefined ? html`<p>${t('Their payloads are the same.')}</p>` : nothing}
      ${GROUPS.map(({ kind, label }) =>
        this.#renderGroup(
          changes.filter((change) => change.kind === kind),
          label,
        ),
      )}
      ${more > 0 ? html`<p class="muted">${t('{0} more are not shown.', count(more))}</p>` : nothing}`;
  }

  #renderGroup(
    changes: readonly PayloadChange[],
    label: (changes: string) => string,
  ): TemplateResult | typeof nothing {
    if (changes.length === 0) return nothing;
    return html`<h2>${label(count(changes.length))}</h2>
      <dl class="mono">
        ${changes.map(
          ({ path, from, to }) =>
            html`<dt>${path}</dt>
              <dd>
                ${from === undefined ? nothing : html`<del>${from}</del>`}${
                  from === undefined || to === undefined ? nothing : html`<span class="muted"> → </span>`
                }${to === undefined ? nothing : html`<ins>${to}</ins>`}
              </dd>`,
        )}
      </dl>`;
  }
}

function obstacleWords(obstacle: NonNullable<Comparison['obstacle']>): string {
  return obstacle === 'notJson'
    ? t('One of them is no JSON: compare the texts in the diff editor.')
    : t('They are too large to be compared here; the diff editor can.');
}

customElements.define('gso-changes', EventChanges);
