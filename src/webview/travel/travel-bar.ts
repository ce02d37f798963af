import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { TravelStatus, TravelWish } from '../../rpc/inspectorTravel.ts';
import { count, moment } from '../base/format.ts';
import type { Host } from '../base/link.ts';
import { icon, type IconName, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { playBarStyles } from '../base/playBar.styles.ts';
import { baseStyles } from '../base/styles.ts';

const SPEEDS: readonly number[] = [1, 10, 100];

/** The moment of the past on screen: moves it, plays the history, and leads back to now. */
export class TravelBar extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    playBarStyles,
    css`
      :host {
        --accent: var(--vscode-charts-purple, var(--vscode-focusBorder));
      }
      .mark .icon {
        color: var(--accent);
        vertical-align: text-bottom;
      }
      .back {
        flex: none;
      }
    `,
  ];
  static override properties = { host: { attribute: false }, travel: { attribute: false } };
  declare host: Host;
  declare travel: TravelStatus | null;
  /** Place of the thumb until the moment there is on screen: the thumb does not jump back under the pointer. */
  #held: number | null = null;

  constructor() {
    super();
    this.travel = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { travel } = this;
    if (!travel) return nothing;
    const { first, last, isPlaying } = travel;
    const change = this.#held ?? travel.change;
    const share = (100 * (change - first)) / Math.max(1, last - first);
    return html`<div class="bar" role="group" aria-label=${t('Time travel')}>
      <span class="buttons">
        ${this.#button('arrow-left', t('Previous Change (Shift+F7)'), { wish: 'previous' })}
        ${
          isPlaying
            ? this.#button('debug-pause', t('Pause the History'), { wish: 'pause' })
            : this.#button('debug-start', t('Play the History'), { wish: 'play' })
        }
        ${this.#button('arrow-right', t('Next Change (F7)'), { wish: 'next' })}
      </span>
      <input
        type="range"
        min=${first}
        max=${last}
        aria-label=${t('Place in the history')}
        aria-valuetext=${placeText(travel)}
        .style=${`--share:${share}%`}
        .value=${live(String(change))}
        @input=${(event: Event) => this.#drag((event.target as HTMLInputElement).valueAsNumber)}
        @keydown=${this.#onKey}
      />
      <span class="words" role="status" title=${placeText(travel)}
        ><span class="mark">${icon('history')}</span> ${t('As of {0}, not now', moment(travel.at))}</span
      >
      ${this.#renderSpeed(travel.speed)}
      <button class="link back" @click=${() => this.#wish({ wish: 'back' })}>${t('Back to Now')}</button>
    </div>`;
  }

  #renderSpeed(speed: number): TemplateResult {
    const all = SPEEDS.includes(speed) ? SPEEDS : [speed, ...SPEEDS];
    return html`<select
      aria-label=${t('Speed')}
      .value=${live(String(speed))}
      @change=${(event: Event) =>
        this.#wish({ wish: 'speed', speed: Number((event.target as HTMLSelectElement).value) })}
    >
      ${all.map((each) => html`<option value=${each} ?selected=${each === speed}>${each}×</option>`)}
    </select>`;
  }

  #button(glyph: IconName, label: string, wish: TravelWish): TemplateResult {
    return html`<button class="tool" title=${label} aria-label=${label} @click=${() => this.#wish(wish)}>
      ${icon(glyph)}
    </button>`;
  }

  #drag(change: number): void {
    this.#held = change;
    void this.#wish({ wish: 'change', change }).then(() => {
      if (this.#held !== change) return;
      this.#held = null;
      this.requestUpdate();
    });
  }

  /** Arrows go to what can be seen: a number of the history may be a change of which nothing is shown. */
  #onKey(event: KeyboardEvent): void {
    const wishes: Readonly<Record<string, TravelWish['wish'] & ('next' | 'previous')>> = {
      ArrowLeft: 'previous',
      ArrowDown: 'previous',
      ArrowRight: 'next',
      ArrowUp: 'next',
    };
    const wish = wishes[event.key];
    if (!wish || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    void this.#wish({ wish });
  }

  async #wish(wish: TravelWish): Promise<void> {
    try {
      await this.host.request('travel', wish);
    } catch {
      // The host is gone with the travel.
    }
  }
}

function placeText({ at, change, first, last, firstAt, lastAt }: TravelStatus): string {
  return t(
    '{0}, change {1} of {2} between {3} and {4}',
    moment(at),
    count(change - first + 1),
    count(last - first + 1),
    moment(firstAt),
    moment(lastAt),
  );
}

customElements.define('gso-travel-bar', TravelBar);
