import type { JsonNode } from '../base/json.ts';

/** Children shown at first, and added by each "show more". */
export const CHILDREN = 200;
/** How much is unfolded by itself: enough for every usual event, little enough for the odd huge one. */
const AUTO_ROWS = 120;
const AUTO_DEPTH = 6;
/** Children shown before one that was looked for. */
const BEFORE = 20;

export interface Line {
  readonly node: JsonNode;
  readonly depth: number;
  /** Children that are not shown; the line then stands for them, and `side` says where. */
  readonly more: number;
  readonly side?: 'before' | 'after';
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The unfolded part of a document, and its lines. */
export class TreeLines {
  readonly #root: JsonNode;
  readonly #unfolded: Set<JsonNode>;
  readonly #ranges = new Map<JsonNode, Range>();

  constructor(root: JsonNode) {
    this.#root = root;
    this.#unfolded = firstUnfolded(root);
  }

  isOpen(node: JsonNode): boolean {
    return this.#unfolded.has(node);
  }

  toggle({ node, more, side }: Line): void {
    const { from, to } = this.#rangeOf(node);
    if (side === 'before') this.#ranges.set(node, { from: Math.max(0, from - CHILDREN), to });
    else if (more > 0) this.#ranges.set(node, { from, to: to + CHILDREN });
    else if (this.#unfolded.has(node)) this.#unfolded.delete(node);
    else if (node.count > 0) this.#unfolded.add(node);
  }

  /** Unfolds the way to the node at a place of the text, and answers it. */
  revealPlace(place: number): JsonNode {
    let node = this.#root;
    for (let next = node.childAt(place); next; next = node.childAt(place)) {
      this.#show(node, next.index);
      node = next.child;
    }
    return node;
  }

  #show(node: JsonNode, index: number): void {
    this.#unfolded.add(node);
    const { from, to } = this.#rangeOf(node);
    if (index >= from && index < to) return;
    const begin = Math.max(0, index - BEFORE);
    this.#ranges.set(node, { from: begin, to: begin + CHILDREN });
  }

  #rangeOf(node: JsonNode): Range {
    return this.#ranges.get(node) ?? { from: 0, to: CHILDREN };
  }

  lines(): readonly Line[] {
    const lines: Line[] = [];
    const stack: Line[] = [{ node: this.#root, depth: 0, more: 0 }];
    for (let line = stack.pop(); line; line = stack.pop()) {
      lines.push(line);
      const { node, depth } = line;
      if (line.more > 0 || !this.#unfolded.has(node)) continue;
      const { from, to } = this.#rangeOf(node);
      const after = node.count - to;
      if (after > 0) stack.push({ node, depth: depth + 1, more: after, side: 'after' });
      for (const child of node.first(to).slice(from).reverse())
        stack.push({ node: child, depth: depth + 1, more: 0 });
      if (from > 0) stack.push({ node, depth: depth + 1, more: from, side: 'before' });
    }
    return lines;
  }
}

/** The containers unfolded at first: level by level until the budget is spent. */
function firstUnfolded(root: JsonNode): Set<JsonNode> {
  const unfolded = new Set<JsonNode>();
  let level: readonly JsonNode[] = [root];
  let rows = 1;
  for (let depth = 0; depth < AUTO_DEPTH && level.length > 0; depth++) {
    const next: JsonNode[] = [];
    for (const node of level) {
      const children = Math.min(node.count, CHILDREN);
      if (children === 0 || (depth > 0 && rows + children > AUTO_ROWS)) continue;
      rows += children;
      unfolded.add(node);
      next.push(...node.first(CHILDREN));
    }
    level = next;
  }
  return unfolded;
}
