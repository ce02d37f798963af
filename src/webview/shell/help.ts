import { css, html, type TemplateResult } from 'lit';
import { PageDialog } from '../base/dialog.ts';
import { keyLabel, KEYMAP, type Binding } from '../base/keymap.ts';
import { t } from '../base/l10n.ts';
import { queryTerms } from '../query/queryHelp.ts';

/** The keys and what the filter understands. */
export class HelpDialog extends PageDialog {
  static override styles = [
    PageDialog.styles,
    css`
      dialog {
        bottom: 30px;
        inset-inline: auto 8px;
        max-height: calc(100vh - 40px);
        max-width: calc(100vw - 16px);
        top: auto;
      }
      p + h2 {
        margin: 8px 0 4px;
      }
      dl {
        display: grid;
        gap: 3px 18px;
        grid-template-columns: minmax(90px, auto) 1fr;
        margin: 0;
      }
      dd {
        color: var(--vscode-descriptionForeground);
        margin: 0;
      }
      kbd {
        background: var(--vscode-keybindingLabel-background);
        border: 1px solid var(--vscode-keybindingLabel-border, var(--vscode-contrastBorder, transparent));
        border-radius: 3px;
        color: var(--vscode-keybindingLabel-foreground);
        font: inherit;
        font-size: calc(var(--vscode-font-size, 13px) - 2px);
        padding: 0 5px;
      }
    `,
  ];

  protected override get heading(): string {
    return t('Keys');
  }

  protected override renderContent(): TemplateResult {
    return html`<dl>${KEYMAP.filter(({ where }) => where !== 'query').map(keyRow)}</dl>
      <p class="muted">${t('Shift with a moving key extends the selection.')}</p>
      <h2>${t('Filter')}</h2>
      <dl>
        ${KEYMAP.filter(({ where }) => where === 'query').map(keyRow)}
        <dt>${t('word')}</dt>
        <dd>${t('Words are searched in everything.')}</dd>
        ${queryTerms().map(
          ([term, meaning]) =>
            html`<dt class="mono">${term}</dt>
              <dd>${meaning}</dd>`,
        )}
      </dl>`;
  }
}

function keyRow({ keys, label }: Binding): TemplateResult {
  return html`<dt>${keys.map((key, index) => html`${index > 0 ? ' ' : ''}<kbd>${keyLabel(key)}</kbd>`)}</dt>
    <dd>${label()}</dd>`;
}

customElements.define('gso-help', HelpDialog);
