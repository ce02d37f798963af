import {
  css,
  html,
  LitElement,
  nothing,
  svg,
  type PropertyValues,
  type SVGTemplateResult,
  type TemplateResult,
} from 'lit';
import type { ServerStretch } from '../../rpc/serverPage.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { bandLabels, endWords, stretchWords } from './words.ts';

/** Height of the picture, and of each state in it: not the colour alone tells them apart. */
const height = 44;
const heights = { up: 30, moving: 22, down: 8, crashed: 30, unknown: 14 } as const;
const bottom = 40;

/** The states of a server over a time. The arrow keys go through them, and each says of itself what the picture shows. */
export class StateBand extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
      }
      svg {
        display: block;
        height: 44px;
        overflow: visible;
        width: 100%;
      }
      svg:focus-visible {
        outline: 2px solid var(--vscode-focusBorder);
        outline-offset: 2px;
      }
      rect {
        forced-color-adjust: none;
      }
      .hit {
        fill: transparent;
      }
      .up {
        fill: var(--vscode-charts-green, #388a34);
      }
      .down {
        fill: var(--vscode-descriptionForeground, gray);
      }
      .moving {
        fill: var(--vscode-charts-blue, #1a85ff);
      }
      .crashed {
        fill: var(--vscode-charts-red, #e51400);
      }
      .above {
        pointer-events: none;
      }
      .unknown {
        fill: none;
        stroke: var(--vscode-descriptionForeground, gray);
        stroke-dasharray: 3 3;
      }
      .selected .mark,
      g:hover .mark {
        fill: var(--vscode-foreground);
      }
      .mark {
        fill: transparent;
      }
      .times,
      .key {
        color: var(--vscode-descriptionForeground);
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        justify-content: space-between;
      }
      .key {
        justify-content: flex-start;
        list-style: none;
        margin: 6px 0 0;
        padding: 0;
      }
      .key li {
        align-items: center;
        display: inline-flex;
        gap: 5px;
      }
      .key svg {
        height: 12px;
        width: 12px;
      }
      .told {
        margin: 6px 0 0;
        min-height: 1.4em;
        overflow-wrap: anywhere;
      }
    `,
  ];
  static override properties = {
    stretches: { attribute: false },
    summary: { attribute: false },
    shown: { state: true },
  };
  declare stretches: readonly ServerStretch[];
  /** The band in words. */
  declare summary: string;
  /** Begin of the stretch that is told; the newest one where nobody chose. */
  declare private shown: number | undefined;

  constructor() {
    super();
    this.stretches = [];
    this.summary = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Another range has other stretches.
    if (changed.has('stretches') && this.#index < 0) this.shown = undefined;
  }

  get #index(): number {
    return this.shown === undefined
      ? this.stretches.length - 1
      : this.stretches.findIndex(({ from }) => from === this.shown);
  }

  protected override render(): TemplateResult {
    const [first, last] = [this.stretches[0], this.stretches.at(-1)];
    if (!first || !last) return html``;
    const [from, to] = [first.from, last.to];
    const shown = this.stretches[this.#index] ?? last;
    return html`
      <svg
        viewBox="0 0 100 ${height}"
        preserveAspectRatio="none"
        role="listbox"
        tabindex="0"
        aria-orientation="horizontal"
        aria-label=${this.summary}
        aria-activedescendant=${`stretch-${shown.from}`}
        @keydown=${(event: KeyboardEvent) => this.#key(event)}
      >
        ${this.stretches.map((stretch) => this.#renderStretch(stretch, from, to - from, stretch === shown))}
        ${this.stretches.map((stretch) => renderCrash(stretch, from, to - from))}
      </svg>
      <div class="times" aria-hidden="true"><span>${endWords(from)}</span><span>${endWords(to)}</span></div>
      <p class="told" aria-hidden="true">${stretchWords(shown, shown === last)}</p>
      <ul class="key" aria-label=${t('Key of the states')}>
        ${bandLabels.map(
          ([band, label]) =>
            html`<li>
              <svg viewBox="0 0 12 12" aria-hidden="true">
                <rect
                  class=${band}
                  x="1"
                  y=${11 - heights[band] / 3}
                  width="10"
                  height=${heights[band] / 3}
                ></rect>
              </svg>
              ${label()}
            </li>`,
        )}
      </ul>
    `;
  }

  #renderStretch(stretch: ServerStretch, from: number, length: number, isShown: boolean): TemplateResult {
    const { x, width } = placeOf(stretch, from, length);
    const high = heights[stretch.band];
    const words = stretchWords(stretch, stretch === this.stretches.at(-1));
    return svg`<g
      id=${`stretch-${stretch.from}`}
      class=${isShown ? 'selected' : ''}
      role="option"
      aria-selected=${isShown ? 'true' : 'false'}
      aria-label=${words}
      @pointerenter=${() => (this.shown = stretch.from)}
    >
      <rect class="hit" x=${x} y="0" width=${width} height=${height}></rect>
      <rect class=${stretch.band} x=${x} y=${bottom - high} width=${width} height=${high}
        vector-effect="non-scaling-stroke"></rect>
      <rect class="mark" x=${x} y=${bottom + 1} width=${width} height="3"></rect>
    </g>`;
  }

  #key(event: KeyboardEvent): void {
    const last = this.stretches.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: this.#index - 1,
      ArrowRight: this.#index + 1,
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.shown = this.stretches[Math.max(0, Math.min(last, next))]?.from;
  }
}

/** Place of a stretch in percent; a crash of seconds in a month is seen all the same. */
function placeOf(
  { band, from, to }: ServerStretch,
  begin: number,
  length: number,
): { readonly x: number; readonly width: number } {
  const width = Math.max(band === 'crashed' ? 0.4 : 0.08, (100 * (to - from)) / length);
  return { x: Math.min((100 * (from - begin)) / length, 100 - width), width };
}

/** A crash once more, above the longer states beside it. */
function renderCrash(
  stretch: ServerStretch,
  begin: number,
  length: number,
): SVGTemplateResult | typeof nothing {
  if (stretch.band !== 'crashed') return nothing;
  const { x, width } = placeOf(stretch, begin, length);
  const high = heights.crashed;
  return svg`<rect class="crashed above" aria-hidden="true" x=${x} y=${bottom - high} width=${width} height=${high}></rect>`;
}

customElements.define('gso-state-band', StateBand);
