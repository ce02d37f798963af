import { readJson, type JsonNode } from '../base/json.ts';

/** Names and indexes that lead to a value from the root. */
export type Path = readonly (string | number)[];

/** The value at a path; of a repeated name the last one, as for everybody who parses the text. */
export function valueAt(root: JsonNode | null, path: Path): JsonNode | undefined {
  let node = root ?? undefined;
  for (const step of path) node = node && childOf(node, step);
  return node;
}

function childOf(node: JsonNode, step: string | number): JsonNode | undefined {
  if (typeof step === 'number') return node.kind === 'array' ? node.first(step + 1)[step] : undefined;
  return node.kind === 'object' ? node.first(Infinity).findLast(({ key }) => key === step) : undefined;
}

/**
 * The text with another value at a path, given as JSON. All the rest stays as it is written: unknown and repeated names, long numbers,
 * white space. Objects on the way are made where there are none. A new name stands behind those that come before it in `order`.
 */
export function withValue(text: string, path: Path, json: string, order: readonly string[] = []): string {
  const { root } = readJson(text);
  const style: Style = { isMultiLine: text.trim() === '' || text.includes('\n') };
  if (!root) return nested(path, json, style, '');
  let node = root;
  for (const [depth, step] of path.entries()) {
    const child = childOf(node, step);
    if (child) {
      node = child;
      continue;
    }
    const rest = path.slice(depth + 1);
    const isRoom = typeof step === 'number' ? node.kind === 'array' : node.kind === 'object';
    if (!isRoom)
      return replaced(text, node, nested(path.slice(depth), json, style, indentAt(text, node.from)));
    return inserted(text, node, step, (indent) => nested(rest, json, style, indent), order, style);
  }
  return replaced(text, node, json);
}

/** The text without a value, under whatever repeated name. */
export function withoutValue(text: string, path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return text;
  let left = text;
  for (;;) {
    const parent = valueAt(readJson(left).root, path.slice(0, -1));
    const child = parent && childOf(parent, last);
    if (!child) return left;
    left = withoutChild(left, parent, child);
    // An index means the next element now.
    if (typeof last === 'number') return left;
  }
}

interface Style {
  readonly isMultiLine: boolean;
}

function replaced(text: string, { start, end }: JsonNode, json: string): string {
  return text.slice(0, start) + json + text.slice(end);
}

function withoutChild(text: string, parent: JsonNode, child: JsonNode): string {
  const children = parent.first(Infinity);
  const index = children.indexOf(child);
  const next = children[index + 1];
  if (next) return text.slice(0, child.from) + text.slice(next.from);
  const previous = children[index - 1];
  if (previous) return text.slice(0, previous.end) + text.slice(child.end);
  return replaced(text, parent, parent.kind === 'array' ? '[]' : '{}');
}

/** Puts a member or an element into a container. */
function inserted(
  text: string,
  node: JsonNode,
  step: string | number,
  json: (indent: string) => string,
  order: readonly string[],
  style: Style,
): string {
  const children = node.first(Infinity);
  const key = typeof step === 'number' ? '' : `${JSON.stringify(step)}:${spaceAfterColon(text, style)}`;
  const [first] = children;
  const outer = indentAt(text, node.from);
  if (!first) {
    const [open, close] = node.kind === 'array' ? ['[', ']'] : ['{', '}'];
    const inner = `${outer}  `;
    return replaced(
      text,
      node,
      style.isMultiLine
        ? `${open}\n${inner}${key}${json(inner)}\n${outer}${close}`
        : `${open}${key}${json('')}${close}`,
    );
  }
  const earlier = new Set<string | number | null>(order);
  const after = order.length === 0 ? children.at(-1) : children.findLast((child) => earlier.has(child.key));
  const isOnOwnLine = text.slice(node.start, first.from).includes('\n');
  const indent = isOnOwnLine ? indentAt(text, first.from) : outer;
  const separator = isOnOwnLine ? `\n${indent}` : text.includes(', "') ? ' ' : '';
  if (after) return `${text.slice(0, after.end)},${separator}${key}${json(indent)}${text.slice(after.end)}`;
  return `${text.slice(0, first.from)}${key}${json(indent)},${separator}${text.slice(first.from)}`;
}

function spaceAfterColon(text: string, { isMultiLine }: Style): string {
  return isMultiLine || text.includes('": ') ? ' ' : '';
}

/** White space that the line of a place begins with. */
function indentAt(text: string, place: number): string {
  const line = text.slice(text.lastIndexOf('\n', place - 1) + 1, place);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** A value with objects and lists round it, down the path. */
function nested(path: Path, json: string, style: Style, indent: string): string {
  const [step, ...rest] = path;
  if (step === undefined) return json;
  const inner = `${indent}  `;
  const key = typeof step === 'number' ? '' : `${JSON.stringify(step)}:${style.isMultiLine ? ' ' : ''}`;
  const [open, close] = typeof step === 'number' ? ['[', ']'] : ['{', '}'];
  const value = nested(rest, json, style, style.isMultiLine ? inner : '');
  return style.isMultiLine
    ? `${open}\n${inner}${key}${value}\n${indent}${close}`
    : `${open}${key}${value}${close}`;
}
