import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EmitDraft, EmitOutcome, EmitTarget, EmitType } from '../../rpc/inspectorEmit.ts';
import { fire, type PartEvent } from '../base/events.ts';
import { closeTool } from '../base/closeTool.ts';
import { icon, iconStyles } from '../base/icons.ts';
import type { Link } from '../base/link.ts';
import { commandOf } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import './emit-begin.ts';
import { emitStyles } from './emit-form.styles.ts';
import { EmitModel } from './emitModel.ts';
import './emit-preview.ts';
import './emit-series.ts';
import './message-editor.ts';
import './type-picker.ts';

/** Composes a message and sends it to the chosen targets; broken JSON is warned about, not refused. */
export class EmitPane extends LitElement {
  static override styles = [baseStyles, iconStyles, emitStyles];
  static override properties = { host: { attribute: false }, preset: { attribute: false } };
  declare host: Link['host'];
  /** The message to begin with, without one an empty form. A new object, even of the same, begins anew. */
  declare preset: { readonly draft: EmitDraft | null } | null;
  #model: EmitModel | null = null;
  #wantsFocus = false;

  constructor() {
    super();
    this.preset = null;
  }

  /** State of the form, for news from the host. */
  get model(): EmitModel | null {
    return this.#model;
  }

  override focus(): void {
    this.#wantsFocus = true;
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#model?.dispose();
  }

  protected override updated(): void {
    if (!this.#wantsFocus) return;
    this.#wantsFocus = false;
    const field = (this.preset?.draft ?? null) === null ? 'gso-type-picker' : 'gso-message-editor';
    this.renderRoot.querySelector<HTMLElement>(field)?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('preset') && !changed.has('host')) return;
    this.#model ??= new EmitModel(this.host, () => this.requestUpdate());
    void this.#model.begin(this.preset?.draft ?? null);
  }

  protected override render(): TemplateResult | typeof nothing {
    const model = this.#model;
    if (!model) return nothing;
    return html`<section
      aria-label=${t('Emit an event')}
      @keydown=${this.#onKey}
      @gso-text=${({ detail }: PartEvent<'gso-text'>) => model.setText(detail)}
      @gso-draft=${({ detail }: PartEvent<'gso-draft'>) => model.use(detail)}
      @gso-delete-template=${({ detail }: PartEvent<'gso-delete-template'>) => void model.deleteTemplate(detail)}
      @gso-series=${({ detail }: PartEvent<'gso-series'>) => void model.repeat(detail.count, detail.perSecond)}
      @gso-stop-series=${() => void model.stop()}
    >
      <header>
        <span class="title">${t('Emit Event')}</span>
        <div class="tools">
          <button
            class="tool"
            title=${t('Save as Template…')}
            aria-label=${t('Save as Template…')}
            ?disabled=${model.text === ''}
            @click=${() => void model.saveTemplate()}
          >
            ${icon('save')}
          </button>
          ${closeTool(this)}
        </div>
      </header>
      <div class="panel">${this.#renderForm(model)}</div>
      ${this.#renderFooter(model)}
    </section>`;
  }

  #renderForm(model: EmitModel): TemplateResult {
    const { form, type } = model;
    const hasShelf = form !== null && form.templates.length + form.history.length > 0;
    return html`${hasShelf ? html`<gso-emit-begin .shelf=${form}></gso-emit-begin>` : nothing}
      <gso-type-picker
        .types=${form?.types ?? []}
        .value=${type}
        @change=${(event: Event) =>
          model.setType((event.target as unknown as { value: EmitType | null }).value)}
      ></gso-type-picker>
      <p class="hint">
        ${type?.description ?? t('A type fills in an example; any other text can be sent as well.')}
      </p>
      <fieldset>
        <legend>${t('Send to')}</legend>
        ${form?.targets.length === 0 ? html`<p class="hint">${t('No connection takes events now.')}</p>` : nothing}
        ${form?.targets.map((target) => this.#renderTarget(model, target))}
        <button class="link add" @click=${() => void model.addTarget()}>${t('Add target…')}</button>
      </fieldset>
      <gso-message-editor
        .schema=${model.schema}
        .text=${model.text}
        .example=${model.example}
      ></gso-message-editor>
      <gso-emit-preview .previews=${model.previews}></gso-emit-preview>
      <details class="repeat" ?open=${model.series !== null}>
        <summary>${t('Send repeatedly')}</summary>
        <gso-emit-series .series=${model.series} ?ready=${model.isReady}></gso-emit-series>
      </details>`;
  }

  #renderTarget(model: EmitModel, { id, label, detail }: EmitTarget): TemplateResult {
    return html`<div class="target">
      <vscode-checkbox
        .checked=${model.targets.has(id)}
        label=${label}
        @change=${(event: Event) => model.setTarget(id, (event.target as HTMLInputElement).checked)}
      ></vscode-checkbox>
      <span class="muted" title=${detail}>${detail}</span>
    </div>`;
  }

  /** Send and what came of it, always in sight. */
  #renderFooter(model: EmitModel): TemplateResult {
    return html`<footer>
      ${
        model.failure === ''
          ? nothing
          : html`<p class="failed" role="alert">${icon('error')}<span>${model.failure}</span></p>`
      }
      <div role="status">
        <ul class="outcomes">
          ${model.outcomes.map((outcome) => this.#renderOutcome(outcome, model.echoes.get(outcome.correlation)))}
        </ul>
      </div>
      <div class="send">
        <vscode-button
          ?disabled=${!model.isReady}
          title=${t('Send (Ctrl+Enter)')}
          @click=${() => void model.send()}
          >${model.isBroken ? t('Send Anyway') : t('Send')}</vscode-button
        >
        ${model.isReady || model.isSending ? nothing : html`<span class="muted">${this.#missing(model)}</span>`}
      </div>
    </footer>`;
  }

  #renderOutcome({ ok, label, message }: EmitOutcome, echo: number | undefined): TemplateResult {
    return html`<li class=${ok ? 'ok' : 'failed'}>
      ${icon(ok ? 'pass' : 'error')}<span
        ><b>${label}</b> ${message === '' && ok ? t('sent') : message}
        ${
          echo === undefined
            ? nothing
            : html`<button class="link" @click=${() => fire(this, 'gso-go-to', echo)}>
                ${t('Show its echo')}
              </button>`
        }</span
      >
    </li>`;
  }

  #missing({ text }: EmitModel): string {
    if (text === '') return t('Choose a type or write a message.');
    return t('Choose at least one target.');
  }

  #onKey(event: KeyboardEvent): void {
    if (commandOf(event, 'form')?.command !== 'send') return;
    event.preventDefault();
    event.stopPropagation();
    void this.#model?.send();
  }
}

customElements.define('gso-emit', EmitPane);
