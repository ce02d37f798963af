import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EffectRow, EffectValue } from '../../rpc/inspectorDetail.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles, isIcon } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

/** Instances, tasks and connections that an event changed, each field before and after. */
export class EventEffects extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      table {
        border-collapse: collapse;
        line-height: 20px;
        margin: 0 0 8px;
        overflow-wrap: anywhere;
        user-select: text;
        width: 100%;
      }
      th,
      td {
        padding: 1px 12px 1px 0;
        text-align: start;
        vertical-align: top;
      }
      th {
        color: var(--vscode-descriptionForeground);
        font-weight: normal;
      }
      tbody tr:first-child th {
        padding-top: 6px;
      }
      th[scope='rowgroup'] {
        color: var(--vscode-foreground);
        font-weight: 600;
      }
      .value {
        align-items: flex-start;
        display: inline-flex;
        gap: 4px;
        unicode-bidi: isolate;
      }
      .value .icon {
        font-size: 14px;
        line-height: 20px;
      }
      p {
        color: var(--vscode-descriptionForeground);
        margin: 0 0 8px;
      }
    `,
  ];
  static override properties = { rows: { attribute: false }, sharers: { type: Number }, note: {} };
  declare rows: readonly EffectRow[];
  declare sharers: number;
  declare note: string;

  protected override render(): TemplateResult {
    if (this.rows.length === 0)
      return html`<p>${t('This event changed no instance, task or connection.')}</p>
        ${this.#renderNote()}`;
    const things = [...new Set(this.rows.map(({ kind, thing }) => `${kind} ${thing}`))];
    return html`<table>
        <thead>
          <tr>
            <th scope="col">${t('What')}</th>
            <th scope="col">${t('Before')}</th>
            <th scope="col">${t('After')}</th>
          </tr>
        </thead>
        ${things.map((name) => this.#renderThing(this.rows.filter(({ kind, thing }) => `${kind} ${thing}` === name)))}
      </table>
      ${this.sharers > 0 ? html`<p>${this.#shared()}</p>` : nothing}${this.#renderNote()}`;
  }

  #renderNote(): TemplateResult | typeof nothing {
    return this.note === '' ? nothing : html`<p>${this.note}</p>`;
  }

  #renderThing(rows: readonly EffectRow[]): TemplateResult {
    const [first] = rows;
    return html`<tbody>
      <tr>
        <th scope="rowgroup" colspan="3">
          <span class="muted">${first?.kind}</span> <bdi>${first?.thing}</bdi>
        </th>
      </tr>
      ${rows.map(
        ({ field, before, after }) =>
          html`<tr>
            <th scope="row">${field}</th>
            <td>
              ${before === undefined ? html`<span class="muted">${t('not known')}</span>` : value(before)}
            </td>
            <td>${value(after)}</td>
          </tr>`,
      )}
    </tbody>`;
  }

  #shared(): string {
    return this.sharers === 1
      ? t('Together with 1 other event, which came at the same moment: the change may be of either.')
      : t(
          'Together with {0} other events, which came at the same moment: the change may be of any of them.',
          count(this.sharers),
        );
  }
}

function value(found: EffectValue | null): TemplateResult {
  if (found === null) return html`<span class="muted">–</span>`;
  const name = found.icon?.split('~')[0] ?? '';
  const color = found.color === undefined ? '' : `color: var(--vscode-${found.color.replaceAll('.', '-')})`;
  return html`<span class="value"
    >${isIcon(name) ? html`<span .style=${color}>${icon(name)}</span>` : nothing}<bdi
      >${found.text}</bdi
    ></span
  >`;
}

customElements.define('gso-effects', EventEffects);
