import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Handlers } from '../../rpc/channel.ts';
import type { ServerHistory, ServerState, ServerView } from '../../rpc/serverPage.ts';
import { setStrings, t } from '../base/l10n.ts';
import { spansStyles } from '../base/spans.styles.ts';
import { baseStyles } from '../base/styles.ts';
import { type Span, SPANS } from '../metrics/link.ts';
import { MetricsPage } from '../metrics/page.ts';
import './band.ts';
import './log.ts';
import { type Link, type RangeHours, ranges } from './link.ts';
import { renderEvents, renderHappenings, renderOperations, type Ways } from './lists.ts';
import { pageStyles } from './page.styles.ts';
import { rangeLabel, rangeWords, timeWords } from './words.ts';

/** How often the history is read where nothing happens: its end is now. */
const readEveryMs = 60_000;
/** How soon it is read again where much happens. */
const readAgainMs = 2_000;

/** The page of one server: its state now and over days, its charts, what was done to it, and what can be. */
export class ServerPage extends LitElement {
  static override styles = [baseStyles, spansStyles, pageStyles];
  #link: Link | undefined;
  #state: ServerState | undefined;
  #hours: RangeHours = ranges[1];
  #isLogOpen = false;
  #log: readonly string[] = [];
  #history: ServerHistory | undefined;
  #isReading = false;
  /** Revision of the state that the history was read at, and when that was. */
  #read = { revision: -1, at: -Infinity };
  #failure = '';
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #charts = new MetricsPage();

  readonly handlers: Handlers<ServerView> = {
    server: (state) => {
      this.#state = state;
      this.requestUpdate();
      this.#readIfDue();
    },
    state: (state) => this.#charts.handlers.state(state),
    samples: (samples) => this.#charts.handlers.samples(samples),
    log: ({ lines }) => {
      this.#log = lines;
      this.requestUpdate();
    },
  };

  async start(link: Link): Promise<void> {
    this.#link = link;
    const { hours, isLogOpen } = link.load();
    this.#hours = hours;
    this.#isLogOpen = isLogOpen;
    try {
      const { strings, state } = await link.host.request('open', null);
      setStrings(strings);
      this.#state = state;
      this.#save();
      this.#charts.isEmbedded = true;
      void this.#charts.start({
        host: link.host,
        loadSpan: () => this.#span,
        saveSpan: () => undefined,
      });
      void this.#readHistory();
      if (isLogOpen) link.host.notify('followLog', { isShown: true });
    } catch (error) {
      this.#failure = wordsOf(error);
    }
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#readIfDue(), readAgainMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult | typeof nothing {
    const state = this.#state;
    if (!state)
      return this.#failure === '' ? nothing : html`<p class="note" role="alert">${this.#failure}</p>`;
    return html`<main>
      <header>
        <div class="title">
          <h1>${state.name}</h1>
          <p class="muted">${state.connection}</p>
        </div>
        ${this.#renderRanges()}
      </header>
      <div role="status">${state.notes.map((note) => html`<p class="note">${note}</p>`)}</div>
      ${this.#renderNow(state)}
      ${renderOperations(state.operations, (operation) => this.#link?.host.notify('perform', { operation }))}
      ${this.#renderStates()} ${this.#renderLists(state)} ${this.#renderLog(state)}
      ${
        state.hasCharts
          ? html`<section aria-label=${t('Measurements')}>
              <h2>${t('Measurements')}</h2>
              ${this.#charts}
            </section>`
          : nothing
      }
    </main>`;
  }

  #renderRanges(): TemplateResult {
    return html`<div class="spans" role="group" aria-label=${t('Time span')}>
      ${ranges.map(
        (hours) =>
          html`<button
            type="button"
            aria-pressed=${hours === this.#hours ? 'true' : 'false'}
            @click=${() => this.#choose(hours)}
          >
            ${rangeLabel(hours)}
          </button>`,
      )}
    </div>`;
  }

  #renderNow({ state, facts, players, tasks }: ServerState): TemplateResult {
    return html`<section class="now" aria-label=${t('Now')}>
      <p class=${`state ${state?.band ?? 'unknown'}`}>
        <span class="dot" aria-hidden="true"></span>
        ${
          state
            ? html`<b>${state.label}</b>
                <span class="muted">${t('since {0}', timeWords(state.since))}</span>
                ${state.detail === '' ? nothing : html`<span>${state.detail}</span>`}`
            : html`<b>${t('Not known')}</b>`
        }
      </p>
      ${
        facts.length === 0
          ? nothing
          : html`<dl>
              ${facts.map(
                ([label, value]) =>
                  html`<div>
                    <dt>${label}</dt>
                    <dd>${value}</dd>
                  </div>`,
              )}
            </dl>`
      }
      ${
        players
          ? html`<p class="players">
              <b>${players.words}</b>
              ${players.names.map((name) => html`<span class="player">${name}</span>`)}
            </p>`
          : nothing
      }
      ${tasks.map(
        ({ id, title, progress }) =>
          html`<p>
            <button type="button" class="link" @click=${() => this.#link?.host.notify('showTask', { id })}>
              ${title}
            </button>
            <span class="muted">${progress}</span>
          </p>`,
      )}
    </section>`;
  }

  #renderStates(): TemplateResult | typeof nothing {
    const history = this.#history;
    const failure = this.#failure === '' ? nothing : html`<p class="note" role="alert">${this.#failure}</p>`;
    if (!history)
      return html`<section aria-label=${t('States')}>
        ${failure === nothing ? html`<p class="muted">${t('Reading the history…')}</p>` : failure}
      </section>`;
    const { uptime, known, crashes, stretches, note } = history;
    const isEmpty = stretches.every(({ band }) => band === 'unknown');
    return html`<section aria-label=${t('States')}>
      <div class="figures">
        <h2>${t('States')}</h2>
        <p>${t('up {0}', uptime)} <span class="muted">${known}</span></p>
        <p>${crashes}</p>
      </div>
      ${failure}
      ${isEmpty ? html`<p class="empty">${t('There is no history of this server in this time yet. It is kept from now on, while a window is connected.')}</p>` : nothing}
      <gso-state-band
        .stretches=${stretches}
        .summary=${t('States in the {0}: up {1} {2}, {3}', rangeWords(this.#hours), uptime, known, crashes)}
      ></gso-state-band>
      ${note === '' ? nothing : html`<p class="note">${note}</p>`}
    </section>`;
  }

  #renderLists(state: ServerState): TemplateResult | typeof nothing {
    const history = this.#history;
    if (!history) return nothing;
    const host = this.#link?.host;
    const ways: Ways = {
      event: (seq) => host?.notify('showEvent', { seq }),
      task: (id) => host?.notify('showTask', { id }),
    };
    return html`<div class="lists">
      <section aria-label=${t('What happened')}>
        <h2>${t('What happened')}</h2>
        ${renderHappenings(history.happenings, ways)}
      </section>
      <section aria-label=${t('Last events')}>
        <div class="figures">
          <h2>${t('Last events')}</h2>
          <button
            type="button"
            class="link"
            @click=${() => host?.notify('showEvents', null)}
            aria-label=${t('Show all events of {0}', state.name)}
          >
            ${t('Show all')}
          </button>
        </div>
        ${renderEvents(history.events, ways)}
      </section>
    </div>`;
  }

  #renderLog({ hasLog, name }: ServerState): TemplateResult | typeof nothing {
    if (!hasLog) return nothing;
    return html`<section aria-label=${t('Server log')}>
      <div class="figures">
        <h2>
          <button
            type="button"
            class="link fold"
            aria-expanded=${this.#isLogOpen ? 'true' : 'false'}
            @click=${() => this.#foldLog()}
          >
            ${t('Server log')}
          </button>
        </h2>
        <button type="button" class="link" @click=${() => this.#link?.host.notify('showLog', null)}>
          ${t('Open in a terminal')}
        </button>
      </div>
      ${
        this.#isLogOpen
          ? html`<gso-log-view
              .lines=${this.#log}
              .label=${t('Last lines of the log of {0}', name)}
            ></gso-log-view>`
          : nothing
      }
    </section>`;
  }

  #foldLog(): void {
    this.#isLogOpen = !this.#isLogOpen;
    this.#log = [];
    this.#save();
    this.#link?.host.notify('followLog', { isShown: this.#isLogOpen });
    this.requestUpdate();
  }

  get #span(): Span {
    return SPANS.find((minutes) => minutes === this.#hours * 60) ?? 1440;
  }

  #choose(hours: RangeHours): void {
    this.#hours = hours;
    this.#save();
    this.#charts.choose(this.#span);
    this.#isReading = false;
    void this.#readHistory();
    this.requestUpdate();
  }

  #save(): void {
    const ref = this.#state?.ref;
    this.#link?.save({ hours: this.#hours, isLogOpen: this.#isLogOpen, ...(ref ? { ref } : {}) });
  }

  #readIfDue(): void {
    if (document.hidden || !this.#state) return;
    const since = performance.now() - this.#read.at;
    const isChanged = this.#state.revision !== this.#read.revision;
    if (since >= readEveryMs || (isChanged && since >= readAgainMs)) void this.#readHistory();
  }

  async #readHistory(): Promise<void> {
    if (!this.#link || this.#isReading) return;
    const hours = this.#hours;
    this.#isReading = true;
    this.#read = { revision: this.#state?.revision ?? -1, at: performance.now() };
    try {
      const history = await this.#link.host.request('past', { hours });
      if (hours !== this.#hours) return;
      this.#history = history;
      this.#failure = '';
    } catch (error) {
      if (hours !== this.#hours) return;
      this.#failure = wordsOf(error);
    }
    this.#isReading = false;
    this.requestUpdate();
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

customElements.define('gso-server', ServerPage);
