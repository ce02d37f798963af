import { css, html, LitElement, type TemplateResult } from 'lit';
import { fire } from '../base/events.ts';
import { t } from '../base/l10n.ts';

const STEP = 24;

/** The border between grid and pane; `size` is the pane's, which lies right of it or below it. */
export class Splitter extends LitElement {
  static override styles = css`
    :host {
      display: block;
      flex: none;
      position: relative;
      z-index: 3;
    }
    div {
      background: var(
        --vscode-panel-border,
        var(--vscode-widget-border, var(--vscode-contrastBorder, transparent))
      );
      height: 100%;
      min-height: 1px;
      min-width: 1px;
      outline: none;
      touch-action: none;
    }
    div::after {
      content: '';
      inset: -2px;
      position: absolute;
    }
    div[aria-orientation='vertical'] {
      cursor: col-resize;
    }
    div[aria-orientation='horizontal'] {
      cursor: row-resize;
    }
    div:hover::after {
      background: var(--vscode-sash-hoverBorder);
      transition: background 0.1s 0.3s;
    }
    div:focus-visible::after,
    div:active::after {
      background: var(--vscode-sash-hoverBorder, var(--vscode-focusBorder));
    }
    @media (forced-colors: active) {
      div {
        background: CanvasText;
      }
    }
  `;
  static override properties = {
    below: { type: Boolean },
    size: { type: Number },
    least: { type: Number },
    most: { type: Number },
  };
  declare below: boolean;
  declare size: number;
  declare least: number;
  declare most: number;

  protected override render(): TemplateResult {
    return html`<div
      role="separator"
      tabindex="0"
      aria-label=${t('Size of the detail')}
      aria-orientation=${this.below ? 'horizontal' : 'vertical'}
      aria-valuenow=${Math.round(this.size)}
      aria-valuemin=${this.least}
      aria-valuemax=${this.most}
      @pointerdown=${this.#onDown}
      @keydown=${this.#onKey}
    ></div>`;
  }

  #set(size: number): void {
    fire(this, 'gso-resize', Math.round(Math.min(Math.max(this.least, size), this.most)));
  }

  #onDown(event: PointerEvent): void {
    const handle = event.currentTarget as HTMLElement;
    const at = (moved: PointerEvent): number => (this.below ? moved.clientY : moved.clientX);
    const from = at(event) + this.size;
    const move = (moved: PointerEvent): void => this.#set(from - at(moved));
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  }

  #onKey(event: KeyboardEvent): void {
    const grow = this.below ? 'ArrowUp' : 'ArrowLeft';
    const shrink = this.below ? 'ArrowDown' : 'ArrowRight';
    if (event.key === grow) this.#set(this.size + STEP);
    else if (event.key === shrink) this.#set(this.size - STEP);
    else if (event.key === 'Home') this.#set(this.most);
    else if (event.key === 'End') this.#set(this.least);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

customElements.define('gso-splitter', Splitter);
