import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { RecordingNotice, Status } from '../../rpc/inspector.ts';
import { type Action, firing } from '../base/events.ts';
import { count } from '../base/format.ts';
import type { Host } from '../base/link.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import '../query/query-bar.ts';
import type { QueryBar } from '../query/query-bar.ts';
import type { Shelf } from '../query/shelf.ts';
import '../replay/replay-bar.ts';
import '../travel/travel-bar.ts';

/** The controls above the grid; under it a bar that says when not the live events are shown. */
export class Toolbar extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      .bar {
        align-items: center;
        display: flex;
        gap: 4px;
        padding: 6px 8px;
      }
      gso-query-bar {
        flex: 1;
        margin: 0 6px;
      }
      .bar.compact {
        flex-wrap: wrap;
      }
      .compact gso-query-bar {
        flex-basis: 100%;
        margin: 2px 0 0;
        order: 1;
      }
      .compact .gap {
        flex: 1;
      }
      vscode-toolbar-button {
        flex: none;
        white-space: nowrap;
      }
      .timeline {
        align-items: center;
        background: var(--vscode-statusBarItem-prominentBackground, var(--vscode-editorWidget-background));
        background: color-mix(in srgb, var(--vscode-focusBorder) 18%, transparent);
        border-bottom: 1px solid var(--vscode-contrastBorder, transparent);
        border-top: 1px solid var(--vscode-contrastBorder, transparent);
        display: flex;
        gap: 6px;
        min-height: 26px;
        padding: 2px 10px;
      }
      .timeline .name {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .timeline .problem {
        color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
        display: flex;
        flex: 1;
        gap: 4px;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .timeline button {
        flex: none;
        margin-left: 6px;
      }
    `,
  ];
  static override properties = {
    host: { attribute: false },
    status: { attribute: false },
    shelf: { attribute: false },
    follow: { type: Boolean },
    home: {},
    compact: { type: Boolean },
    terse: { type: Boolean },
  };
  declare host: Host;
  declare status: Status | null;
  declare shelf: Shelf | null;
  declare follow: boolean;
  declare home: 'panel' | 'tab';
  /** Too narrow for the filter beside the buttons. */
  declare compact: boolean;
  /** Too narrow for words on the buttons. */
  declare terse: boolean;

  get query(): QueryBar | null {
    return this.renderRoot.querySelector('gso-query-bar');
  }

  protected override render(): TemplateResult {
    const { status } = this;
    const isPaused = status?.paused === true;
    return html`<div
        class="bar ${this.compact ? 'compact' : ''}"
        role="toolbar"
        aria-label=${t('Event inspector')}
      >
        ${
          isPaused
            ? this.#button(
                'togglePause',
                'debug-start',
                resumeText(status.unseen),
                t('Show what has arrived and go on'),
                true,
              )
            : this.#button(
                'togglePause',
                'debug-pause',
                t('Pause'),
                t('Hold the view still; events are still recorded'),
              )
        }
        ${this.#renderFollow()}
        <gso-query-bar .status=${status} .shelf=${this.shelf}></gso-query-bar>
        <span class="gap"></span>
        ${this.#button('columns', 'table', '', t('Columns…'))}
        ${this.#button('clear', 'clear-all', t('Clear'), t('Hide the events so far; none is deleted'))}
        ${status?.recording || typeof status?.timeline === 'string' ? nothing : this.#renderRecord(status?.records === true)}
        ${this.#button('emit', 'broadcast', t('Emit…'), t('Compose an event and send it'))}
        ${this.#button('replay', 'debug-rerun', t('Replay…'), t('Replay the selected events, or a file when nothing is selected'))}
        ${this.#button('statistics', 'graph', t('Statistics'), t('Count the shown events by type, instance and more'))}
        ${this.#button('export', 'export', t('Export…'), t('Write events into a recording or a table'))}
        ${
          this.home === 'panel'
            ? this.#button('openInTab', 'link-external', '', t('Open in Editor Tab'))
            : nothing
        }
      </div>
      <gso-replay-bar .host=${this.host} .replay=${status?.replay ?? null}></gso-replay-bar>
      <gso-travel-bar .host=${this.host} .travel=${status?.travel ?? null}></gso-travel-bar>
      ${typeof status?.timeline === 'string' ? this.#renderTimeline(status.timeline) : nothing}
      ${status?.recording ? renderRecording(status.recording) : nothing}`;
  }

  #button(action: Action, glyph: string, text: string, title: string, keepsText = false): TemplateResult {
    const shown = this.terse && !keepsText ? '' : text;
    return html`<vscode-toolbar-button
      icon=${glyph}
      .label=${text === '' ? title : text}
      title=${title}
      @click=${firing(this, 'gso-action', action)}
      >${shown === '' ? nothing : shown}</vscode-toolbar-button
    >`;
  }

  #renderRecord(records: boolean): TemplateResult {
    return records
      ? this.#button(
          'stopRecording',
          'stop-circle',
          t('Stop'),
          t('Stop recording, and give the recording a name'),
          true,
        )
      : this.#button('record', 'record', t('Record'), t('Keep what comes from now on as a recording'));
  }

  #renderFollow(): TemplateResult {
    return html`<vscode-toolbar-button
      icon="fold-down"
      toggleable
      .checked=${live(this.follow)}
      .label=${t('Follow')}
      title=${this.follow ? t('Following the newest event') : t('Follow the newest event')}
      @change=${firing(this, 'gso-action', 'toggleFollow')}
      >${this.terse ? nothing : t('Follow')}</vscode-toolbar-button
    >`;
  }

  #renderTimeline(name: string): TemplateResult {
    return html`<div class="timeline" role="status">
      ${icon('info')}<span class="name">${t('Showing replay ‘{0}’, not live', name)}</span
      ><button class="link" @click=${firing(this, 'gso-action', 'showLive')}>${t('Back to Live')}</button>
    </div>`;
  }
}

function renderRecording({ name, text, problem }: RecordingNotice): TemplateResult {
  return html`<div class="timeline" role="status">
    ${icon('info')}<span class="name"
      >${text === '' ? t('Recording ‘{0}’, not live', name) : t('Recording ‘{0}’, not live · {1}', name, text)}</span
    >${
      problem === ''
        ? nothing
        : html`<span class="problem" title=${problem}>${icon('warning')}${problem}</span>`
    }
  </div>`;
}

const resumeText = (unseen: number): string =>
  unseen === 0 ? t('Resume') : t('Resume ({0} new)', count(unseen));

customElements.define('gso-toolbar', Toolbar);
