const bits = 5;
const width = 1 << bits;
const mask = width - 1;

interface Leaf<V> {
  readonly hash: number;
  /** More than one entry only where whole hashes collide. */
  readonly entries: readonly (readonly [string, V])[];
}
interface Branch<V> {
  readonly bitmap: number;
  readonly children: readonly Node<V>[];
}
type Node<V> = Leaf<V> | Branch<V>;

function isLeaf<V>(node: Node<V>): node is Leaf<V> {
  return 'entries' in node;
}

/** FNV-1a: short, and good enough for names that an opponent gains nothing by colliding (a collision costs a scan). */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    hash ^= key.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

function popcount(n: number): number {
  n -= (n >>> 1) & 0x55555555;
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function childAt<V>(branch: Branch<V>, bit: number): Node<V> | undefined {
  return branch.bitmap & bit ? branch.children[popcount(branch.bitmap & (bit - 1))] : undefined;
}

function find<V>(root: Node<V> | undefined, hash: number, key: string): V | undefined {
  let node = root;
  for (let shift = 0; node; shift += bits) {
    if (isLeaf(node)) {
      if (node.hash === hash) for (const entry of node.entries) if (entry[0] === key) return entry[1];
      return undefined;
    }
    node = childAt(node, 1 << ((hash >>> shift) & mask));
  }
  return undefined;
}

function join<V>(a: Leaf<V>, b: Leaf<V>, shift: number): Branch<V> {
  const ia = (a.hash >>> shift) & mask;
  const ib = (b.hash >>> shift) & mask;
  if (ia === ib) return { bitmap: 1 << ia, children: [join(a, b, shift + bits)] };
  return { bitmap: (1 << ia) | (1 << ib), children: ia < ib ? [a, b] : [b, a] };
}

function insert<V>(node: Node<V> | undefined, shift: number, hash: number, key: string, value: V): Node<V> {
  if (!node) return { hash, entries: [[key, value]] };
  if (isLeaf(node)) {
    if (node.hash !== hash) return join(node, { hash, entries: [[key, value]] }, shift);
    if (node.entries.length === 1 && node.entries[0]?.[0] === key) return { hash, entries: [[key, value]] };
    return { hash, entries: [...node.entries.filter(([k]) => k !== key), [key, value]] };
  }
  const bit = 1 << ((hash >>> shift) & mask);
  const at = popcount(node.bitmap & (bit - 1));
  if (node.bitmap & bit) {
    const child = insert(node.children[at], shift + bits, hash, key, value);
    return { bitmap: node.bitmap, children: node.children.with(at, child) };
  }
  const leaf: Leaf<V> = { hash, entries: [[key, value]] };
  return { bitmap: node.bitmap | bit, children: node.children.toSpliced(at, 0, leaf) };
}

function remove<V>(node: Node<V>, shift: number, hash: number, key: string): Node<V> | undefined {
  if (isLeaf(node)) {
    const entries = node.entries.filter(([k]) => k !== key);
    return entries.length ? { hash: node.hash, entries } : undefined;
  }
  const bit = 1 << ((hash >>> shift) & mask);
  const at = popcount(node.bitmap & (bit - 1));
  const old = node.children[at];
  if (!old) return node;
  const child = remove(old, shift + bits, hash, key);
  if (!child) {
    const children = node.children.toSpliced(at, 1);
    const only = children[0];
    if (!only) return undefined;
    return children.length === 1 && isLeaf(only) ? only : { bitmap: node.bitmap & ~bit, children };
  }
  if (node.children.length === 1 && isLeaf(child)) return child;
  return { bitmap: node.bitmap, children: node.children.with(at, child) };
}

function* walk<V>(node: Node<V> | undefined): Generator<readonly [string, V]> {
  if (!node) return;
  if (isLeaf(node)) yield* node.entries;
  else for (const child of node.children) yield* walk(child);
}

/** Keys of what is not the very same in both; what they share is not looked at. */
function* differ<V>(a: Node<V> | undefined, b: Node<V> | undefined): Generator<string> {
  if (a === b) return;
  if (a && b && !isLeaf(a) && !isLeaf(b)) {
    for (let rest = a.bitmap | b.bitmap; rest; rest &= rest - 1) {
      const bit = rest & -rest;
      yield* differ(childAt(a, bit), childAt(b, bit));
    }
    return;
  }
  const others = new Map(walk(b));
  for (const [key, value] of walk(a)) {
    if (others.get(key) !== value) yield key;
    others.delete(key);
  }
  yield* others.keys();
}

/** An immutable map whose changes cost the logarithm of its size, so that an old Fleet stays whole beside the new one. */
export class PersistentMap<V> implements Iterable<readonly [string, V]> {
  readonly size: number;
  readonly #root: Node<V> | undefined;

  private constructor(root: Node<V> | undefined, size: number) {
    this.#root = root;
    this.size = size;
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(undefined, 0);
  }

  static from<V>(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    let map = PersistentMap.empty<V>();
    for (const [key, value] of entries) map = map.set(key, value);
    return map;
  }

  get(key: string): V | undefined {
    return find(this.#root, hashOf(key), key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): PersistentMap<V> {
    const hash = hashOf(key);
    const known = find(this.#root, hash, key);
    if (known === value && known !== undefined) return this;
    return new PersistentMap(
      insert(this.#root, 0, hash, key, value),
      this.size + (known === undefined ? 1 : 0),
    );
  }

  delete(key: string): PersistentMap<V> {
    if (!this.#root || !this.has(key)) return this;
    return new PersistentMap(remove(this.#root, 0, hashOf(key), key), this.size - 1);
  }

  /** Keys that only one of the two has, or that have another value in the other. Cheap where one was made from the other. */
  differences(other: PersistentMap<V>): Generator<string> {
    return differ(this.#root, other.#root);
  }

  *values(): Generator<V> {
    for (const [, value] of walk(this.#root)) yield value;
  }

  [Symbol.iterator](): Iterator<readonly [string, V]> {
    return walk(this.#root);
  }
}
