import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { valueContext } from '../base/contextMenu.ts';
import { fire, firing } from '../base/events.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { type JsonNode, pathOf, unquoted } from '../base/json.ts';
import { commandOf } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import './find-bar.ts';
import type { FindBar } from './find-bar.ts';
import { marked, MOST_MATCHES, patternOf, placesOf } from './findText.ts';
import { treeStyles } from './tree.styles.ts';
import { CHILDREN, type Line, TreeLines } from './treeLines.ts';
import { nearest, type TreeMarks } from './treeMarks.ts';

/** Characters of a string shown in the tree, and of one that is asked for whole; the raw text has it all. */
const LONGEST = 500;
const WHOLE = 512 * 1024;
/** Characters shown on both sides of a match beyond them. */
const ROUND = 80;
const PREVIEW = 90;
const OLD_VALUE = 60;
/** Levels that are indented; deeper ones stay at the last indent, so that they remain readable. */
const INDENTS = 24;

/** A JSON document as a tree that folds and can be searched; lines are made only for what is unfolded. */
export class PayloadTree extends LitElement {
  static override styles = [baseStyles, iconStyles, treeStyles];
  static override properties = {
    root: { attribute: false },
    text: { attribute: false },
    marks: { attribute: false },
    seq: { type: Number },
  };
  declare root: JsonNode | null;
  declare text: string;
  declare marks: TreeMarks | null;
  declare seq: number;
  #tree: TreeLines | null = null;
  #lines: readonly Line[] = [];
  #focus = 0;
  readonly #whole = new Set<JsonNode>();
  #query: string | null = null;
  #pattern: RegExp | null = null;
  #places: readonly number[] = [];
  #current = 0;

  /** Opens the search. */
  find(): void {
    this.#query ??= '';
    this.requestUpdate();
    void this.updateComplete.then(() => this.renderRoot.querySelector<FindBar>('gso-find')?.focus());
  }

  /** Goes to the place of a problem. */
  goToPath(path: string): void {
    if (!this.root) return;
    this.#reveal(nearest(this.root, path.split('.')).node.start);
    this.renderRoot.querySelector<HTMLElement>('.tree')?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('root')) {
      this.#tree = this.root ? new TreeLines(this.root) : null;
      this.#whole.clear();
      this.#focus = 0;
      this.#search(this.#query ?? '');
    }
    if (changed.has('root') || changed.has('marks'))
      for (const node of this.marks?.marked ?? []) this.#tree?.revealPlace(node.start);
    this.#lines = this.#tree?.lines() ?? [];
    this.#focus = Math.min(this.#focus, Math.max(0, this.#lines.length - 1));
  }

  protected override render(): TemplateResult {
    return html`${this.#renderFind()}
      <div
        class="tree mono"
        role="tree"
        tabindex="0"
        aria-label=${t('Payload')}
        aria-activedescendant="line-${this.#focus}"
        @keydown=${this.#onKey}
        @click=${this.#onClick}
        @contextmenu=${this.#onContextMenu}
      >
        ${this.#lines.map((line, index) => (line.more > 0 ? this.#renderMore(line, index) : this.#renderLine(line, index)))}
      </div>`;
  }

  #renderFind(): TemplateResult | typeof nothing {
    if (this.#query === null) return nothing;
    return html`<gso-find
      role="search"
      .query=${this.#query}
      .found=${this.#places.length}
      .current=${this.#current}
      @gso-find=${(event: CustomEvent<string>) => {
        this.#search(event.detail);
        this.#step(0);
      }}
      @gso-find-step=${(event: CustomEvent<number>) => this.#step(event.detail)}
      @gso-find-close=${() => this.#closeFind()}
    ></gso-find>`;
  }

  #renderLine({ node, depth }: Line, index: number): TemplateResult {
    const folds = node.count > 0;
    const isOpen = this.#tree?.isOpen(node) === true;
    const path = pathOf(node);
    const words = this.marks?.describe(node) ?? '';
    return html`<div
      class="line ${index === this.#focus ? 'focused' : ''}"
      role="treeitem"
      id="line-${index}"
      data-index=${index}
      data-vscode-context=${valueContext(this.seq, path, this.#shortValue(node))}
      aria-level=${depth + 1}
      aria-selected=${index === this.#focus}
      aria-expanded=${folds ? isOpen : nothing}
      title=${words === '' ? nothing : words}
      .style=${`--depth:${Math.min(depth, INDENTS)}`}
    >
      ${folds ? icon(isOpen ? 'chevron-down' : 'chevron-right', 'fold') : html`<span class="fold"></span>`}<span
        class="content ${folds && !isOpen ? 'folded' : ''}"
        >${this.#renderKey(node)}${this.#renderValue(node, isOpen)}${this.#renderMarks(node)}${
          words === '' ? nothing : html`<span class="about">${words}</span>`
        }</span
      >${this.#renderTools(node, path, index)}
    </div>`;
  }

  #renderTools(node: JsonNode, path: string, index: number): TemplateResult {
    const tab = index === this.#focus ? 0 : -1;
    const label = t('Copy Path {0}', path);
    return html`<span class="tools"
      ><button
        class="tool"
        tabindex=${tab}
        title=${t('Copy Value')}
        aria-label=${t('Copy Value')}
        @click=${() => fire(this, 'gso-copy', valueOf(node, this.text))}
      >
        ${icon('copy')}</button
      >${
        node === this.root
          ? nothing
          : html`<button
              class="tool"
              tabindex=${tab}
              title=${label}
              aria-label=${label}
              @click=${firing(this, 'gso-copy', path)}
            >
              ${icon('references')}
            </button>`
      }</span
    >`;
  }

  #renderKey({ key }: JsonNode): TemplateResult | typeof nothing {
    if (key === null) return nothing;
    const name = typeof key === 'number' ? key : marked(key, this.#pattern);
    return html`<span class=${typeof key === 'number' ? 'index' : 'name'}>${name}</span
      ><span class="muted">: </span>`;
  }

  #renderValue(node: JsonNode, isOpen: boolean): TemplateResult {
    const { start, end, kind } = node;
    if (kind !== 'object' && kind !== 'array') return this.#renderScalar(node);
    const [open, close] = kind === 'object' ? ['{', '}'] : ['[', ']'];
    if (node.count === 0) return html`<span class="muted">${open}${close}</span>`;
    if (isOpen) return html`<span class="muted">${open}${count(node.count)}${close}</span>`;
    const preview = this.text.slice(start, Math.min(end, start + PREVIEW)).replace(/\s+/g, ' ');
    return html`<span class="muted">${preview}${end - start > PREVIEW ? '…' : ''}</span>`;
  }

  #renderScalar(node: JsonNode): TemplateResult {
    const { start, end, kind } = node;
    const shown = Math.min(end, start + (this.#whole.has(node) ? WHOLE : LONGEST));
    const text = html`<span class=${kind}>${marked(this.text.slice(start, shown), this.#pattern)}</span>`;
    if (shown === end) return text;
    const place = this.#places[this.#current] ?? -1;
    const excerpt =
      place >= shown && place < end
        ? html`<span class="muted"> … </span
            ><span class=${kind}
              >${marked(this.text.slice(Math.max(shown, place - ROUND), Math.min(end, place + ROUND)), this.#pattern)}</span
            >`
        : nothing;
    return html`${text}${excerpt}<span class="muted"> … ${t('{0} characters', count(end - start))}, </span>${
        this.#whole.has(node)
          ? html`<span class="more" data-do="document">${t('Open as Document')}</span>`
          : html`<span class="more" data-do="whole">${t('Show All')}</span>`
      }`;
  }

  #renderMarks(node: JsonNode): TemplateResult {
    const change = this.marks?.changeOf(node);
    const problems = this.marks?.problemsOf(node) ?? [];
    return html`${change ? html`<span class="was">${oldValue(change)}</span>` : nothing}${problems.map(
      (message) => html`<span class="problem">${icon('warning')}${message}</span>`,
    )}`;
  }

  #renderMore({ depth, more, side }: Line, index: number): TemplateResult {
    const next = count(Math.min(more, CHILDREN));
    const text =
      side === 'before'
        ? t('Show {0} before, of {1}', next, count(more))
        : t('Show {0} more of {1}', next, count(more));
    return html`<div
      class="line more ${index === this.#focus ? 'focused' : ''}"
      role="treeitem"
      id="line-${index}"
      data-index=${index}
      aria-level=${depth + 1}
      aria-selected=${index === this.#focus}
      .style=${`--depth:${Math.min(depth, INDENTS)}`}
    >
      <span class="fold"></span>${text}
    </div>`;
  }

  /** The value as a menu needs it; nothing for what is long or has parts. */
  #shortValue(node: JsonNode): string | undefined {
    const { kind, start, end } = node;
    return kind === 'object' || kind === 'array' || end - start > LONGEST
      ? undefined
      : valueOf(node, this.text);
  }

  #search(query: string): void {
    if (this.#query !== null) this.#query = query;
    this.#pattern = patternOf(query);
    this.#places = this.#pattern ? placesOf(this.text, this.#pattern) : [];
    this.#current = 0;
  }

  /** Shows the next match, or the previous one; behind the last comes the first. */
  #step(by: number): void {
    const most = Math.min(this.#places.length, MOST_MATCHES);
    if (most > 0) {
      this.#current = (this.#current + by + most) % most;
      this.#reveal(this.#places[this.#current] ?? 0);
    }
    this.requestUpdate();
  }

  #closeFind(): void {
    this.#query = null;
    this.#search('');
    this.requestUpdate();
    this.renderRoot.querySelector<HTMLElement>('.tree')?.focus();
  }

  #reveal(place: number): void {
    const node = this.#tree?.revealPlace(place);
    const index = this.#tree?.lines().findIndex((line) => line.node === node && line.more === 0) ?? -1;
    if (index >= 0) this.#goTo(index, index + 1);
  }

  #toggle(index: number): void {
    const line = this.#lines[index];
    if (!line) return;
    if (line.more === 0 && line.node.count === 0) {
      const { node } = line;
      if (node.end - node.start <= LONGEST) return;
      if (!this.#whole.has(node)) this.#whole.add(node);
      else if (node.end - node.start > WHOLE) fire(this, 'gso-document', this.seq);
      else this.#whole.delete(node);
    } else this.#tree?.toggle(line);
    this.requestUpdate();
  }

  #onClick(event: MouseEvent): void {
    const target = event.target as Element;
    const line = target.closest<HTMLElement>('.line');
    if (!line || target.closest('button')) return;
    this.#focus = Number(line.dataset['index']);
    const isReading = getSelection()?.type === 'Range';
    const { node, more = 0 } = this.#lines[this.#focus] ?? {};
    const folds = more > 0 || (node?.count ?? 0) > 0;
    if ((folds && !isReading) || target.closest('[data-do]')) this.#toggle(this.#focus);
    this.requestUpdate();
  }

  /** A menu that a key opens is about the focused line. */
  #onContextMenu(event: MouseEvent): void {
    const line = (event.target as Element).closest<HTMLElement>('.line');
    if (line) {
      this.#focus = Number(line.dataset['index']);
      this.requestUpdate();
      return;
    }
    const focused = this.renderRoot.querySelector<HTMLElement>(`#line-${this.#focus}`);
    const context = focused?.dataset['vscodeContext'];
    if (context !== undefined) (event.currentTarget as HTMLElement).dataset['vscodeContext'] = context;
  }

  #onKey(event: KeyboardEvent): void {
    const line = this.#lines[this.#focus];
    if (!line || event.target !== event.currentTarget) return;
    if (commandOf(event, 'tree')?.command === 'copy') {
      if (getSelection()?.type === 'Range') return;
      fire(this, 'gso-copy', valueOf(line.node, this.text));
    } else if (event.ctrlKey || event.metaKey || event.altKey || !this.#navigate(event.key, line)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The keys of every tree; true where the key was one of them. */
  #navigate(key: string, line: Line): boolean {
    const isOpen = line.more === 0 && this.#tree?.isOpen(line.node) === true;
    if (key === 'ArrowDown') this.#goTo(this.#focus + 1);
    else if (key === 'ArrowUp') this.#goTo(this.#focus - 1);
    else if (key === 'Home') this.#goTo(0);
    else if (key === 'End') this.#goTo(this.#lines.length - 1);
    else if (key === 'Enter' || key === ' ') this.#toggle(this.#focus);
    else if (key === 'ArrowRight') {
      if (isOpen) this.#goTo(this.#focus + 1);
      else this.#toggle(this.#focus);
    } else if (key === 'ArrowLeft') {
      const parent = line.more > 0 ? line.node : line.node.parent;
      if (isOpen) this.#toggle(this.#focus);
      else this.#goTo(this.#lines.findIndex((other) => other.node === parent && other.more === 0));
    } else return false;
    return true;
  }

  #goTo(index: number, lines = this.#lines.length): void {
    this.#focus = Math.min(Math.max(0, index), lines - 1);
    this.requestUpdate();
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector(`#line-${this.#focus}`)?.scrollIntoView({ block: 'nearest' }),
    );
  }
}

function oldValue({ kind, from = '' }: { readonly kind: string; readonly from?: string }): string {
  if (kind === 'added') return t('new');
  return t('was {0}', from.length > OLD_VALUE ? `${from.slice(0, OLD_VALUE)}…` : from);
}

/** A string without its quotes and escapes, anything else as it was sent. */
function valueOf(node: JsonNode, text: string): string {
  const source = text.slice(node.start, node.end);
  return node.kind === 'string' ? unquoted(source) : source;
}

customElements.define('gso-tree', PayloadTree);
