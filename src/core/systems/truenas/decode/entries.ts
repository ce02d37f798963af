import type { Problem } from '../../../model/event.ts';
import { lifecycle, type LifecycleState } from '../../../model/lifecycle.ts';
import type { DecodeStep, Signal } from '../../../model/signal.ts';
import { text, type Text } from '../../../model/text.ts';
import { isFields, missing, named, shown, wrongType, type Fields } from '../../reading.ts';
import {
  entryKey,
  entryPatch,
  hostKey,
  hostKind,
  matches,
  stateIn,
  tagPrefix,
  tagsOf,
  type Kind,
} from '../kinds.ts';
import { entryId, type EntryMemory, type PendingCall, type TrueNasContext } from './decoderState.ts';

/**
 * Whether it is one of those that the user wants to see: the setting tells which apps are game servers, by name or by tag.
 * An event with the name alone is judged by what is remembered of its tags.
 */
export function isWanted(
  { apps, entries }: TrueNasContext,
  kind: string,
  key: string,
  fields: Fields = {},
): boolean {
  if (kind !== 'app' && kind !== 'chart') return true;
  const names = apps.filter((each) => !each.startsWith(tagPrefix));
  if (matches(names, key)) return true;
  if (names.length === apps.length) return false;
  const tags = tagsOf(fields);
  if (tags === undefined) {
    const known = entries.get(entryId(kind, key));
    return known !== undefined && !known.gone;
  }
  const wanted = apps
    .filter((each) => each.startsWith(tagPrefix))
    .map((each) => each.slice(tagPrefix.length).toLowerCase());
  return tags.some((tag) => matches(wanted, tag.toLowerCase()));
}

/** Shown state: the job on it, else the state beneath. */
function shownState(
  context: TrueNasContext,
  { kind, key, base }: Pick<EntryMemory, 'kind' | 'key' | 'base'>,
): LifecycleState {
  for (const job of context.jobs.values())
    if (job.kind === kind && job.key === key && job.state !== undefined) return job.state;
  return base;
}

/** A change of one thing. What a partial entry leaves out stays as it was. */
export function entryTold(
  context: TrueNasContext,
  kind: Kind,
  told: { readonly msg: string; readonly id: unknown; readonly fields: unknown; readonly cleared: boolean },
  problems: Problem[],
): DecodeStep<TrueNasContext> & { readonly key?: string; readonly summary: Text } {
  const { msg, id, cleared } = told;
  const fields: Fields = isFields(told.fields) ? told.fields : {};
  const key = entryKey(fields, id);
  const removed = msg === 'removed' || cleared;
  if (told.fields !== undefined && told.fields !== null && !isFields(told.fields))
    problems.push(wrongType('fields', 'object'));
  else if (!removed && !isFields(told.fields)) problems.push(missing('fields'));
  if (key === undefined) {
    problems.push(missing('id'));
    return { context, signals: [], summary: text('Something changed, and nobody tells what') };
  }
  if (removed) {
    const known = context.entries.get(entryId(kind, key));
    const gone: EntryMemory = { kind, key, base: 'removed', touched: context.tick, gone: true };
    return {
      context: { ...context, entries: context.entries.set(entryId(kind, key), gone) },
      signals: known && !known.gone ? [{ signal: 'gone', kind, key }] : [],
      key,
      summary: text('Removed'),
    };
  }
  const { state, unknown } = stateIn(kind, fields);
  // A machine may also say what its hypervisor calls its state.
  const known = kind !== 'vm' && kind !== 'container';
  if (unknown !== undefined && known)
    problems.push({
      path: kind === 'app' || kind === 'jail' ? 'fields.state' : 'fields.status',
      message: text('is not known: {0}', shown(unknown, 80)),
    });
  const followed = isWanted(context, kind, key, fields)
    ? keep(context, kind, key, fields)
    : unwanted(context, kind, key);
  return { ...followed, key, summary: summaryOf(state, unknown) };
}

/** The answer to a query. Only one that was asked for everything tells what is not there any more. */
export function entriesListed(
  context: TrueNasContext,
  kind: Kind,
  list: unknown,
  asked: PendingCall,
  problems: Problem[],
): DecodeStep<TrueNasContext> {
  if (!Array.isArray(list)) {
    if (isFields(list) || typeof list === 'number') return { context, signals: [] };
    problems.push(wrongType('result', 'array'));
    return { context, signals: [] };
  }
  const { full, partial } = scopeOf(asked.params);
  if (partial) return { context, signals: [] };
  let next = context;
  const signals: Signal[] = [];
  const there = new Set<string>();
  list.forEach((fields: unknown, index) => {
    const key = isFields(fields) ? entryKey(fields) : undefined;
    if (!isFields(fields) || key === undefined) {
      problems.push(
        isFields(fields)
          ? missing(`result.${String(index)}.id`)
          : wrongType(`result.${String(index)}`, 'object'),
      );
      return;
    }
    const known = next.entries.get(entryId(kind, key));
    const newer = known !== undefined && known.touched > asked.tick;
    if (!isWanted(next, kind, key, fields)) {
      const left = unwanted(next, kind, key);
      next = left.context;
      signals.push(...left.signals);
      return;
    }
    there.add(key);
    if (newer && known.gone) return;
    const followed = keep(next, kind, key, fields, newer);
    next = followed.context;
    signals.push(...followed.signals);
  });
  if (!full) return { context: next, signals };
  for (const each of context.entries.values()) {
    if (each.kind !== kind || there.has(each.key) || each.touched > asked.tick) continue;
    next = { ...next, entries: next.entries.delete(entryId(kind, each.key)) };
    if (!each.gone) signals.push({ signal: 'gone', kind, key: each.key });
  }
  return { context: next, signals };
}

/** The NAS itself: there is one as soon as it has let us in. */
export function hostTold(
  context: TrueNasContext,
  told: { readonly name: string | undefined; readonly version?: string | undefined },
): DecodeStep<TrueNasContext> {
  if (context.host && told.name === undefined) return { context, signals: [] };
  const patch = {
    state: 'running' as const,
    ...(told.name === undefined ? {} : { name: told.name }),
    ...(told.version === undefined ? {} : { version: told.version }),
  };
  const id = entryId(hostKind, hostKey);
  const name = told.name ?? context.entries.get(id)?.name;
  const entry: EntryMemory = {
    kind: hostKind,
    key: hostKey,
    base: 'running',
    touched: context.tick,
    ...(name === undefined ? {} : { name }),
  };
  return {
    context: { ...context, host: true, entries: context.entries.set(id, entry) },
    signals: [{ signal: 'instance', kind: hostKind, key: hostKey, patch }],
  };
}

/** The setting has changed: what is no game server any more goes. */
export function appsChosen(context: TrueNasContext, apps: readonly string[]): DecodeStep<TrueNasContext> {
  let next: TrueNasContext = { ...context, apps };
  const signals: Signal[] = [];
  for (const each of context.entries.values()) {
    // The next list of the NAS shows which apps have the tags.
    if (isWanted(next, each.kind, each.key)) continue;
    const left = unwanted(next, each.kind, each.key);
    next = left.context;
    signals.push(...left.signals);
  }
  return { context: next, signals };
}

/** The app is no game server, or not any more. */
function unwanted(context: TrueNasContext, kind: string, key: string): DecodeStep<TrueNasContext> {
  const id = entryId(kind, key);
  const known = context.entries.get(id);
  if (!known) return { context, signals: [] };
  return {
    context: { ...context, entries: context.entries.delete(id) },
    signals: known.gone ? [] : [{ signal: 'gone', kind, key }],
  };
}

/** Shows anew what the state of one is, after the work on it began or ended. */
export function restate(context: TrueNasContext, kind: string, key: string): readonly Signal[] {
  const known = context.entries.get(entryId(kind, key));
  if (!known || known.gone) return [];
  const patch = { state: shownState(context, known) };
  return [{ signal: 'instance', kind, key, patch, onlyIfKnown: true }];
}

/** State after a job that succeeded; an answer to an older query does not overrule it. */
export function left(
  context: TrueNasContext,
  kind: string,
  key: string,
  base: LifecycleState,
): TrueNasContext {
  const id = entryId(kind, key);
  const known = context.entries.get(id);
  if (!known || known.gone) return context;
  return { ...context, entries: context.entries.set(id, { ...known, base, touched: context.tick }) };
}

/** Scope of a query: everything, some entries whole, or parts of entries. */
export function scopeOf(params: unknown): { readonly full: boolean; readonly partial: boolean } {
  const [filters, options] = (Array.isArray(params) ? params : []) as readonly unknown[];
  const fields = isFields(options) ? options : {};
  const given = (name: string): boolean => {
    const value = fields[name];
    return (
      value !== undefined &&
      value !== null &&
      value !== false &&
      value !== 0 &&
      !(Array.isArray(value) && value.length === 0)
    );
  };
  const filtered = Array.isArray(filters) && filters.length > 0;
  return {
    full: !filtered && !['get', 'count', 'select', 'limit', 'offset'].some(given),
    partial: given('count') || given('select'),
  };
}

function keep(
  context: TrueNasContext,
  kind: Kind,
  key: string,
  fields: Fields,
  stale = false,
): DecodeStep<TrueNasContext> {
  const id = entryId(kind, key);
  const known = context.entries.get(id);
  const said = stale ? undefined : stateIn(kind, fields).state;
  const entry: EntryMemory = {
    kind,
    key,
    base: said ?? (known && !known.gone ? known.base : 'unknown'),
    touched: stale && known ? known.touched : context.tick,
    ...nameOf(fields, key, known),
  };
  const next = { ...context, entries: context.entries.set(id, entry) };
  const patch = { ...entryPatch(kind, fields), state: shownState(next, entry) };
  return { context: next, signals: [{ signal: 'instance', kind, key, patch }] };
}

/** Name of an entry where it differs from the key: the key of a virtual machine is a number. */
function nameOf(fields: Fields, key: string, known: EntryMemory | undefined): Pick<EntryMemory, 'name'> {
  const name = named(fields['name']) ?? known?.name;
  return name === undefined || name === key ? {} : { name };
}

function summaryOf(state: LifecycleState | undefined, unknown: string | undefined): Text {
  if (state !== undefined) return lifecycle[state].label;
  return unknown === undefined ? text('Changed') : text('Says of itself: {0}', shown(unknown, 80));
}
