import { css, html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { defaultGrid, type GridSettings } from '../../rpc/inspectorGrid.ts';
import { PageDialog } from '../base/dialog.ts';
import { t } from '../base/l10n.ts';
import { arranged, columnPath, isPath, withShown } from './columns.ts';

/** The columns and looks of the grid. */
export class ColumnsDialog extends PageDialog {
  static override styles = [
    PageDialog.styles,
    css`
      dialog {
        inset: 40px 8px auto auto;
        max-height: calc(100vh - 56px);
        width: min(300px, calc(100vw - 16px));
      }
      .path {
        align-items: center;
        display: flex;
        gap: 6px;
      }
      legend {
        font-size: inherit;
        font-weight: 600;
        padding: 0;
      }
      fieldset {
        border: 0;
        margin: 8px 0 0;
        min-width: 0;
        padding: 0;
      }
      .columns {
        column-gap: 12px;
        columns: 2;
      }
      label {
        align-items: center;
        break-inside: avoid;
        display: flex;
        gap: 6px;
        min-height: 22px;
        min-width: 0;
      }
      label span {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 0 14px;
      }
      input {
        accent-color: var(--vscode-button-background);
        flex: none;
        margin: 0;
      }
      .path input {
        background: var(--vscode-input-background);
        border: 1px solid var(--vscode-settings-textInputBorder, var(--vscode-input-border, transparent));
        color: var(--vscode-input-foreground);
        flex: 1;
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: calc(var(--vscode-font-size, 13px) - 1px);
        height: 24px;
        min-width: 0;
        padding: 0 6px;
      }
      .path input::placeholder {
        color: var(--vscode-input-placeholderForeground);
      }
      footer {
        margin-top: 10px;
      }
    `,
  ];
  static override properties = { settings: { attribute: false }, shown: { attribute: false } };
  declare settings: GridSettings;
  /** Ids of the columns that are on screen. */
  declare shown: readonly string[];

  constructor() {
    super();
    this.settings = defaultGrid;
    this.shown = [];
  }

  protected override get heading(): string {
    return t('Columns');
  }

  #change(part: Partial<GridSettings>): void {
    this.dispatchEvent(new CustomEvent('change-grid', { detail: { ...this.settings, ...part } }));
  }

  protected override renderContent(): TemplateResult {
    return html`<fieldset class="columns" aria-label=${t('Columns')}>
        ${arranged(this.settings.columns).map(({ id, label }) => this.#renderColumn(id, label))}
      </fieldset>
      <form class="path" @submit=${this.#addPath}>
        <input
          name="path"
          spellcheck="false"
          autocomplete="off"
          aria-label=${t('Path of the payload')}
          placeholder="$.Data.Version"
        /><button class="link">${t('Add')}</button>
      </form>
      ${this.#renderChoice('order', t('Order'), {
        sent: t("Sender's time"),
        arrival: t('Arrival'),
      })}
      ${this.#renderChoice('zone', t('Time'), { local: t('Local'), utc: t('UTC'), relative: t('Relative') })}
      ${this.#renderChoice('density', t('Rows'), {
        comfortable: t('Comfortable'),
        compact: t('Compact'),
      })}
      <footer>
        <button class="link" @click=${() => this.#change({ columns: [] })}>${t('Reset Columns')}</button>
      </footer>`;
  }

  #renderColumn(id: string, label: string): TemplateResult {
    return html`<label title=${isPath(id) ? id : nothing}
      ><input
        type="checkbox"
        .checked=${live(this.shown.includes(id))}
        @change=${(event: Event) => {
          const shown = (event.target as HTMLInputElement).checked;
          this.#change({ columns: withShown(this.settings.columns, id, shown) });
        }}
      /><span>${label}</span></label
    >`;
  }

  #renderChoice<K extends 'order' | 'zone' | 'density'>(
    key: K,
    legend: string,
    choices: Readonly<Record<GridSettings[K], string>>,
  ): TemplateResult {
    return html`<fieldset>
      <legend>${legend}</legend>
      <div class="choices">
        ${Object.entries<string>(choices).map(
          ([value, label]) =>
            html`<label
              ><input
                type="radio"
                name=${key}
                .checked=${live(this.settings[key] === value)}
                @change=${() => this.#change({ [key]: value })}
              /><span>${label}</span></label
            >`,
        )}
      </div>
    </fieldset>`;
  }

  readonly #addPath = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const path = new FormData(form).get('path');
    if (typeof path !== 'string' || path.trim() === '') return;
    this.#change({ columns: withShown(this.settings.columns, columnPath(path), true) });
    form.reset();
  };
}

customElements.define('gso-columns', ColumnsDialog);
