import type { EventContext, PayloadChange } from '../../rpc/inspectorDetail.ts';
import type { Detail } from '../../rpc/inspector.ts';
import { type JsonNode, pathOf, stepsTo } from '../base/json.ts';

/** Children among which the member of a path is looked for. */
const LOOK = 1000;

interface Words {
  words?: string;
  readonly next: Map<string, Words>;
}

/** Facts about places of a payload beside their values. */
export class TreeMarks {
  readonly #fields: Words = { next: new Map() };
  readonly #changes = new Map<string, PayloadChange>();
  readonly #problems = new Map<JsonNode, string[]>();

  constructor(root: JsonNode, problems: Detail['problems'], context: EventContext | null) {
    for (const [path, words] of context?.fields ?? []) this.#describe(path, words);
    for (const change of context?.previous?.changes ?? []) this.#changes.set(change.path, change);
    for (const { path, message } of problems) {
      if (path === '') continue;
      const { node, rest } = nearest(root, path.split('.'));
      const text = rest.length === 0 ? message : `${rest.join('.')} ${message}`;
      this.#problems.set(node, [...(this.#problems.get(node) ?? []), text]);
    }
  }

  /** Nodes with a problem. */
  get marked(): readonly JsonNode[] {
    return [...this.#problems.keys()];
  }

  problemsOf(node: JsonNode): readonly string[] {
    return this.#problems.get(node) ?? [];
  }

  /** Value in the event before. */
  changeOf(node: JsonNode): PayloadChange | undefined {
    return this.#changes.size === 0 ? undefined : this.#changes.get(pathOf(node));
  }

  /** Description of a field in the catalog; empty where there is none. */
  describe(node: JsonNode): string {
    if (this.#fields.next.size === 0) return '';
    let places: readonly Words[] = [this.#fields];
    for (const step of stepsTo(node)) {
      places = places.flatMap(({ next }) => [next.get(String(step)) ?? [], next.get('*') ?? []].flat());
      if (places.length === 0) return '';
    }
    return places[0]?.words ?? '';
  }

  #describe(path: string, words: string): void {
    let place = this.#fields;
    for (const step of path.split('.')) {
      let next = place.next.get(step);
      if (!next) place.next.set(step, (next = { next: new Map() }));
      place = next;
    }
    place.words = words;
  }
}

/** The node at a path with dots, or the one that should hold it. */
export function nearest(
  root: JsonNode,
  path: readonly string[],
): { readonly node: JsonNode; readonly rest: readonly string[] } {
  let node = root;
  for (let at = 0; at < path.length; at++) {
    const child = node.first(LOOK).find(({ key }) => String(key) === path[at]);
    if (!child) return { node, rest: path.slice(at) };
    node = child;
  }
  return { node, rest: [] };
}
