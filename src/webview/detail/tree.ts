import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { fire, firing } from '../base/events.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { type JsonNode, pathOf } from '../base/json.ts';
import { commandOf } from '../base/keymap.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { treeStyles } from './tree.styles.ts';

/** Children shown at first, and added by each "show more". */
const CHILDREN = 200;
/** How much is unfolded by itself: enough for every usual event, little enough for the odd huge one. */
const AUTO_ROWS = 120;
const AUTO_DEPTH = 6;
/** Characters of a string shown in the tree; the raw text has it whole. */
const LONGEST = 2000;
const PREVIEW = 90;
/** Levels that are indented; deeper ones stay at the last indent, so that they remain readable. */
const INDENTS = 24;

interface Line {
  readonly node: JsonNode;
  readonly depth: number;
  /** Children that are not shown yet; the line is then the "show more" below them. */
  readonly more: number;
}

/** A JSON document as a tree that folds; lines are made only for what is unfolded. */
export class PayloadTree extends LitElement {
  static override styles = [baseStyles, iconStyles, treeStyles];
  static override properties = { root: { attribute: false }, text: { attribute: false } };
  declare root: JsonNode | null;
  declare text: string;
  #unfolded = new Set<JsonNode>();
  #shown = new Map<JsonNode, number>();
  #lines: readonly Line[] = [];
  #focus = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('root')) {
      this.#unfolded = this.root ? firstUnfolded(this.root) : new Set();
      this.#shown = new Map();
      this.#focus = 0;
    }
    this.#lines = this.root ? this.#flatten(this.root) : [];
  }

  protected override render(): TemplateResult {
    return html`<div
      class="tree mono"
      role="tree"
      tabindex="0"
      aria-label=${t('Payload')}
      aria-activedescendant=${`line-${this.#focus}`}
      @keydown=${this.#onKey}
      @click=${this.#onClick}
    >
      ${this.#lines.map((line, index) => (line.more > 0 ? this.#renderMore(line, index) : this.#renderLine(line, index)))}
    </div>`;
  }

  #renderLine({ node, depth }: Line, index: number): TemplateResult {
    const folds = node.children.length > 0;
    const isOpen = this.#unfolded.has(node);
    return html`<div
      class="line ${index === this.#focus ? 'focused' : ''}"
      role="treeitem"
      id="line-${index}"
      data-index=${index}
      aria-level=${depth + 1}
      aria-selected=${index === this.#focus}
      aria-expanded=${folds ? isOpen : nothing}
      .style=${`--depth:${Math.min(depth, INDENTS)}`}
    >
      ${folds ? icon(isOpen ? 'chevron-down' : 'chevron-right', 'fold') : html`<span class="fold"></span>`}<span
        class="content ${folds && !isOpen ? 'folded' : ''}"
        >${keyOf(node)}${this.#renderValue(node, isOpen)}</span
      >${this.#renderTools(node, index)}
    </div>`;
  }

  #renderTools(node: JsonNode, index: number): TemplateResult {
    const tab = index === this.#focus ? 0 : -1;
    const path = pathOf(node);
    return html`<span class="tools"
      ><button
        class="tool"
        tabindex=${tab}
        title=${t('Copy Value')}
        aria-label=${t('Copy Value')}
        @click=${firing(this, 'gso-copy', valueOf(node, this.text))}
      >
        ${icon('copy')}</button
      >${
        path === ''
          ? nothing
          : html`<button
              class="tool"
              tabindex=${tab}
              title=${t('Copy Path {0}', path)}
              aria-label=${t('Copy Path {0}', path)}
              @click=${firing(this, 'gso-copy', path)}
            >
              ${icon('references')}
            </button>`
      }</span
    >`;
  }

  #renderValue(node: JsonNode, isOpen: boolean): TemplateResult {
    if (node.kind !== 'object' && node.kind !== 'array') {
      const length = node.end - node.start;
      const text = this.text.slice(node.start, Math.min(node.end, node.start + LONGEST));
      const rest =
        length > LONGEST
          ? html`<span class="muted"> … ${t('{0} characters', count(length))}</span>`
          : nothing;
      return html`<span class=${node.kind}>${text}</span>${rest}`;
    }
    const [open, close] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
    if (node.children.length === 0) return html`<span class="muted">${open}${close}</span>`;
    if (isOpen) return html`<span class="muted">${open}${count(node.children.length)}${close}</span>`;
    const preview = this.text
      .slice(node.start, Math.min(node.end, node.start + PREVIEW))
      .replace(/\s+/g, ' ');
    return html`<span class="muted">${preview}${node.end - node.start > PREVIEW ? '…' : ''}</span>`;
  }

  #renderMore({ depth, more }: Line, index: number): TemplateResult {
    const text = t('Show {0} more of {1}', count(Math.min(more, CHILDREN)), count(more));
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

  #flatten(root: JsonNode): readonly Line[] {
    const lines: Line[] = [];
    const stack: Line[] = [{ node: root, depth: 0, more: 0 }];
    for (let line = stack.pop(); line; line = stack.pop()) {
      lines.push(line);
      const { node, depth } = line;
      if (line.more > 0 || !this.#unfolded.has(node)) continue;
      const limit = this.#shown.get(node) ?? CHILDREN;
      const more = node.children.length - limit;
      if (more > 0) stack.push({ node, depth: depth + 1, more });
      for (const child of node.children.slice(0, limit).reverse())
        stack.push({ node: child, depth: depth + 1, more: 0 });
    }
    return lines;
  }

  #toggle(index: number): void {
    const line = this.#lines[index];
    if (!line) return;
    if (line.more > 0) this.#shown.set(line.node, (this.#shown.get(line.node) ?? CHILDREN) + CHILDREN);
    else if (this.#unfolded.has(line.node)) this.#unfolded.delete(line.node);
    else if (line.node.children.length > 0) this.#unfolded.add(line.node);
    this.requestUpdate();
  }

  #onClick(event: MouseEvent): void {
    const target = event.target as Element;
    const line = target.closest<HTMLElement>('.line');
    if (!line || target.closest('button')) return;
    this.#focus = Number(line.dataset['index']);
    const isReading = getSelection()?.type === 'Range';
    const folds = (this.#lines[this.#focus]?.node.children.length ?? 0) > 0;
    if (folds && !isReading) this.#toggle(this.#focus);
    this.requestUpdate();
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
    const isOpen = line.more === 0 && this.#unfolded.has(line.node);
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

  #goTo(index: number): void {
    this.#focus = Math.min(Math.max(0, index), this.#lines.length - 1);
    this.requestUpdate();
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector(`#line-${this.#focus}`)?.scrollIntoView({ block: 'nearest' }),
    );
  }
}

function keyOf({ key }: JsonNode): TemplateResult | typeof nothing {
  if (key === null) return nothing;
  return html`<span class=${typeof key === 'number' ? 'index' : 'name'}>${key}</span
    ><span class="muted">: </span>`;
}

/** A string without its quotes and escapes, anything else as it was sent. */
function valueOf(node: JsonNode, text: string): string {
  const source = text.slice(node.start, node.end);
  return node.kind === 'string' ? (JSON.parse(source) as string) : source;
}

/** The containers unfolded at first: level by level until the budget is spent. */
function firstUnfolded(root: JsonNode): Set<JsonNode> {
  const unfolded = new Set<JsonNode>();
  let level: readonly JsonNode[] = [root];
  let rows = 1;
  for (let depth = 0; depth < AUTO_DEPTH && level.length > 0; depth++) {
    const next: JsonNode[] = [];
    for (const node of level) {
      const children = Math.min(node.children.length, CHILDREN);
      if (children === 0 || (depth > 0 && rows + children > AUTO_ROWS)) continue;
      rows += children;
      unfolded.add(node);
      next.push(...node.children.slice(0, CHILDREN));
    }
    level = next;
  }
  return unfolded;
}

customElements.define('gso-tree', PayloadTree);
