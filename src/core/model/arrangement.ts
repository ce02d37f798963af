import { instanceId, type Instance } from './instance.ts';
import { lifecycle, type LifecycleState } from './lifecycle.ts';
import type { PersistentMap } from './persistentMap.ts';

/** Below a connection, instances stand in groups of the same value; grouped by connection, they stand in none. */
export const groupings = ['connection', 'host', 'game', 'state', 'tag'] as const;
export type Grouping = (typeof groupings)[number];

export const sortings = ['name', 'state', 'players', 'lastEvent'] as const;
export type Sorting = (typeof sortings)[number];

/** States of the same meaning to an operator, the most urgent first. */
export const stateClasses = ['problem', 'changing', 'up', 'down', 'unknown'] as const;
export type StateClass = (typeof stateClasses)[number];

/** The user's choice of groups, order and filter. */
export interface Arrangement {
  readonly group: Grouping;
  readonly sort: Sorting;
  /** Words that an instance must have, all of them; empty for every instance. */
  readonly text: string;
  /** Class of the states to show; absent for every state. */
  readonly state?: StateClass;
}

export const defaultArrangement: Arrangement = { group: 'connection', sort: 'name', text: '' };

/** Facts of instances that their servers do not know. */
export interface InstanceMarks {
  /** Ids of favourite instances. */
  readonly favourites: ReadonlySet<string>;
  readonly tagsOf: (instance: Instance) => readonly string[];
  readonly connectionName: (id: string) => string;
  /** Machine of the instances of a connection that name none themselves; undefined where nobody knows it. */
  readonly machine: (connection: string) => string | undefined;
}

/** Name of the group of those that have no value to be grouped by. */
export const withoutValue = '';

/** Instances of a connection in the order of the screen. */
export interface ArrangedList {
  readonly instances: readonly Instance[];
  /** By the names of the groups, in their order; absent where no instance has a value to be grouped by. */
  readonly groups?: ReadonlyMap<string, readonly Instance[]>;
}

/** Place of an instance on the screen. */
interface Place {
  readonly group: string;
  readonly isFavourite: boolean;
  /** Smaller ones stand above. */
  readonly rank: number;
}

export type Move = 'none' | 'moved' | 'heard';

const names = new Intl.Collator(undefined, { numeric: true });

export function stateClassOf(state: LifecycleState): StateClass {
  if (state === 'failed' || state === 'crashed') return 'problem';
  if (state === 'unknown') return 'unknown';
  const { transitional, up } = lifecycle[state];
  return transitional ? 'changing' : up ? 'up' : 'down';
}

/** Whether instances are hidden. */
export function isFiltering({ text, state }: Arrangement): boolean {
  return text.trim() !== '' || state !== undefined;
}

/** An arrangement that was kept, with defaults in the place of what this version does not know. */
export function readArrangement(kept: unknown): Arrangement {
  const { group, sort, text, state } = (typeof kept === 'object' && kept !== null ? kept : {}) as Readonly<
    Record<string, unknown>
  >;
  const known = stateClasses.find((each) => each === state);
  return {
    group: groupings.find((each) => each === group) ?? defaultArrangement.group,
    sort: sortings.find((each) => each === sort) ?? defaultArrangement.sort,
    text: typeof text === 'string' ? text : '',
    ...(known ? { state: known } : {}),
  };
}

/** Arranges instances. Places and lists are kept as long as their instances stay the very same. */
export class Arranger {
  readonly arrangement: Arrangement;
  readonly #marks: InstanceMarks;
  readonly #words: readonly string[];
  /** `null` for an instance that is hidden. */
  readonly #places = new WeakMap<Instance, Place | null>();
  readonly #lists = new WeakMap<PersistentMap<Instance>, ArrangedList>();

  constructor(arrangement: Arrangement, marks: InstanceMarks) {
    this.arrangement = arrangement;
    this.#marks = marks;
    this.#words = arrangement.text.toLowerCase().split(/\s+/).filter(Boolean);
  }

  /** Whether an instance is shown. */
  shows(instance: Instance): boolean {
    return this.#placeOf(instance) !== null;
  }

  isFavourite(instance: Instance): boolean {
    return this.#marks.favourites.has(instanceId(instance));
  }

  showsAny(instances: PersistentMap<Instance>): boolean {
    for (const instance of instances.values()) if (this.shows(instance)) return true;
    return false;
  }

  count(instances: PersistentMap<Instance>): number {
    let count = 0;
    for (const instance of instances.values()) if (this.shows(instance)) count += 1;
    return count;
  }

  list(instances: PersistentMap<Instance>): ArrangedList {
    const known = this.#lists.get(instances);
    if (known) return known;
    const shown = [...instances.values()].filter((instance) => this.shows(instance));
    const list = this.#grouped(shown.sort((a, b) => this.compare(a, b)));
    this.#lists.set(instances, list);
    return list;
  }

  /** Name of the group in which an instance stands; undefined where it stands in none. */
  groupOf(instance: Instance, instances: PersistentMap<Instance>): string | undefined {
    if (!this.list(instances).groups) return undefined;
    return this.#placeOf(instance)?.group;
  }

  /** The order within a list. */
  compare(a: Instance, b: Instance): number {
    const [one, other] = [this.#placeOf(a), this.#placeOf(b)];
    return (
      Number(other?.isFavourite ?? false) - Number(one?.isFavourite ?? false) ||
      (one?.rank ?? 0) - (other?.rank ?? 0) ||
      names.compare(a.name, b.name)
    );
  }

  /** Whether a change puts an instance elsewhere: `heard` where only a later last event does. */
  move(was: Instance | undefined, is: Instance | undefined): Move {
    const [before, now] = [was && this.#placeOf(was), is && this.#placeOf(is)];
    if (!before || !now) return (before ?? now) ? 'moved' : 'none';
    if (was?.name !== is?.name || before.group !== now.group) return 'moved';
    if (before.isFavourite !== now.isFavourite) return 'moved';
    if (before.rank === now.rank) return 'none';
    return this.arrangement.sort === 'lastEvent' ? 'heard' : 'moved';
  }

  #placeOf(instance: Instance): Place | null {
    const known = this.#places.get(instance);
    if (known !== undefined) return known;
    const place = this.#matches(instance)
      ? { group: this.#group(instance), isFavourite: this.isFavourite(instance), rank: this.#rank(instance) }
      : null;
    this.#places.set(instance, place);
    return place;
  }

  #matches(instance: Instance): boolean {
    const { state } = this.arrangement;
    if (state !== undefined && stateClassOf(instance.state) !== state) return false;
    if (this.#words.length === 0) return true;
    const { name, key, game, host, connection } = instance;
    const { tagsOf, connectionName } = this.#marks;
    const text = [name, key, game, host, connectionName(connection), ...tagsOf(instance)]
      .join('\n')
      .toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  #group(instance: Instance): string {
    switch (this.arrangement.group) {
      case 'connection':
        return withoutValue;
      case 'host':
        return instance.host ?? this.#marks.machine(instance.connection) ?? withoutValue;
      case 'game':
        return instance.game ?? withoutValue;
      case 'state':
        return stateClassOf(instance.state);
      case 'tag':
        return this.#marks.tagsOf(instance)[0] ?? withoutValue;
    }
  }

  #rank(instance: Instance): number {
    switch (this.arrangement.sort) {
      case 'name':
        return 0;
      case 'state':
        return stateClasses.indexOf(stateClassOf(instance.state));
      case 'players':
        return lifecycle[instance.state].up ? -(instance.players ?? 0) : 1;
      case 'lastEvent':
        return -instance.lastEventAt;
    }
  }

  /** The groups of a sorted list; those without a value stand last. */
  #grouped(instances: readonly Instance[]): ArrangedList {
    const groups = Map.groupBy(instances, (instance) => this.#placeOf(instance)?.group ?? withoutValue);
    if ([...groups.keys()].every((name) => name === withoutValue)) return { instances };
    const isState = this.arrangement.group === 'state';
    const byState = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
      stateClasses.indexOf(a as StateClass) - stateClasses.indexOf(b as StateClass);
    const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
      Number(a === withoutValue) - Number(b === withoutValue) || names.compare(a, b);
    const sorted = [...groups].sort(isState ? byState : byName);
    return { instances: sorted.flatMap(([, each]) => each), groups: new Map(sorted) };
  }
}

/** Tags as a setting has them, by the ids of connections, then by the keys of instances. What is no list of words counts for none. */
export function readTags(setting: unknown): (instance: Instance) => readonly string[] {
  return ({ connection, key }) => cleanTags(own(own(setting, connection), key));
}

/** The setting with other tags of an instance; undefined where no tag is left. */
export function withTags(
  setting: unknown,
  { connection, key }: Pick<Instance, 'connection' | 'key'>,
  tags: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  const clean = cleanTags(tags);
  const ofConnection = without(own(setting, connection), key);
  const changed = clean.length > 0 ? { ...ofConnection, [key]: clean } : ofConnection;
  const rest = without(setting, connection);
  const result = Object.keys(changed).length > 0 ? { ...rest, [connection]: changed } : rest;
  return Object.keys(result).length > 0 ? result : undefined;
}

/** Tags as somebody types them: words between commas, each once. */
export function cleanTags(tags: unknown): readonly string[] {
  if (!Array.isArray(tags)) return [];
  const words = tags.flatMap((tag: unknown) => (typeof tag === 'string' ? tag.split(',') : []));
  return [...new Set(words.map((word) => word.trim()).filter(Boolean))];
}

function own(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function without(value: unknown, name: string): Readonly<Record<string, unknown>> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([each]) => each !== name)) : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
