import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ReplaySpeed, ReplayStatus, ReplayWish } from '../../rpc/inspectorReplay.ts';
import { count } from '../base/format.ts';
import type { Host } from '../base/link.ts';
import { icon, type IconName, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { playBarStyles } from '../base/playBar.styles.ts';
import { baseStyles } from '../base/styles.ts';

const SPEEDS: readonly ReplaySpeed[] = [0.1, 1, 10, 100, 1000, 'max'];

/** The replay of this window: plays, pauses, steps, moves and ends it. */
export class ReplayBar extends LitElement {
  static override styles = [baseStyles, iconStyles, playBarStyles];
  static override properties = { host: { attribute: false }, replay: { attribute: false } };
  declare host: Host;
  declare replay: ReplayStatus | null;

  constructor() {
    super();
    this.replay = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { replay } = this;
    if (!replay) return nothing;
    const isPlaying = replay.state === 'playing';
    const failed = t('{0} did not arrive', count(replay.failed));
    return html`<div class="bar" role="group" aria-label=${t('Replay')}>
      <span class="buttons">
        ${
          isPlaying
            ? this.#button('debug-pause', t('Pause Replay'), { wish: 'pause' })
            : this.#button('debug-start', playLabel(replay), { wish: 'play' })
        }
        ${this.#button('debug-step-over', t('Replay the Next Event'), { wish: 'step' }, replay.state === 'done')}
        ${this.#button('debug-stop', t('End Replay'), { wish: 'end' })}
      </span>
      <input
        type="range"
        min="0"
        max=${replay.length}
        aria-label=${t('Place in the replay')}
        aria-valuetext=${placeText(replay)}
        .style=${`--share:${(100 * replay.position) / Math.max(1, replay.length)}%`}
        .value=${live(String(replay.position))}
        @input=${(event: Event) => {
          this.#wish({ wish: 'seek', position: (event.target as HTMLInputElement).valueAsNumber });
        }}
      />
      <span class="words" title=${placeText(replay)}
        >${t('{0} of {1}', count(replay.position), count(replay.length))}${leftText(replay)}</span
      >
      ${replay.failed === 0 ? nothing : html`<span class="words failed" title=${replay.problem}>${icon('error')} ${failed}</span>`}
      ${this.#renderSpeed(replay.speed)}
      <span class="words" title=${t('{0} into {1}', replay.name, replay.where)}
        >${t('{0} into {1}', replay.name, replay.where)}</span
      >
    </div>`;
  }

  #renderSpeed(speed: ReplaySpeed): TemplateResult {
    const all = SPEEDS.includes(speed) ? SPEEDS : [speed, ...SPEEDS];
    return html`<select
      aria-label=${t('Speed')}
      .value=${live(String(speed))}
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        this.#wish({ wish: 'speed', speed: value === 'max' ? 'max' : Number(value) });
      }}
    >
      ${all.map(
        (each) =>
          html`<option value=${each} ?selected=${each === speed}>
            ${each === 'max' ? t('as fast as possible') : `${each}×`}
          </option>`,
      )}
    </select>`;
  }

  #button(glyph: IconName, label: string, wish: ReplayWish, isDisabled = false): TemplateResult {
    return html`<button
      class="tool"
      title=${label}
      aria-label=${label}
      ?disabled=${isDisabled}
      @click=${() => this.#wish(wish)}
    >
      ${icon(glyph)}
    </button>`;
  }

  #wish(wish: ReplayWish): void {
    this.host.request('replay', wish).catch(() => {
      // The host is gone with the replay.
    });
  }
}

function playLabel({ state, position }: ReplayStatus): string {
  if (state === 'done') return t('Replay Again');
  return position === 0 ? t('Start Replay') : t('Continue Replay');
}

function placeText({ position, length, elapsedMs, totalMs }: ReplayStatus): string {
  return t('Event {0} of {1}, {2} of {3}', count(position), count(length), span(elapsedMs), span(totalMs));
}

/** Time that is left at this speed. */
function leftText({ state, speed, elapsedMs, totalMs }: ReplayStatus): string {
  if (state === 'done' || speed === 'max' || elapsedMs >= totalMs) return '';
  return ` · ${t('{0} left', span((totalMs - elapsedMs) / speed))}`;
}

/** A time in whole seconds, as a clock would show it. */
function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = seconds < 3600 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

customElements.define('gso-replay-bar', ReplayBar);
