import type { JournalView } from '../../core/journal/journalView.ts';
import { isFieldName } from '../../core/journal/query/fields.ts';
import { countedFields, type CountedField } from '../../core/journal/store/schema.ts';
import type { Fleet } from '../../core/model/fleet.ts';
import type { Handlers } from '../../rpc/channel.ts';
import type { InspectorHost, Status } from '../../rpc/inspector.ts';
import type { FieldValue, QueryRequests } from '../../rpc/inspectorQuery.ts';
import type { Runtime } from '../runtime.ts';
import type { QueryShelf } from './queryShelf.ts';

interface Parts {
  readonly runtime: Runtime;
  readonly view: JournalView;
  readonly shelf: QueryShelf;
  readonly status: () => Status;
}

/** Answers what the query bar asks. */
export function queryRequests({
  runtime,
  view,
  shelf,
  status,
}: Parts): Pick<Handlers<InspectorHost>, keyof QueryRequests> {
  const done = async (work: Promise<void>): Promise<null> => {
    await work;
    return null;
  };
  return {
    values: ({ field }) => valuesOf(runtime, view, field),
    shelf: () => shelf.contents,
    remember: ({ text }) => done(shelf.remember(text)),
    saveQuery: ({ text }) => done(shelf.save(text)),
    undoClear: async () => {
      await view.undoClear();
      return status();
    },
  };
}

/** The values of a field as the language wants them, with what people call them. */
async function valuesOf(runtime: Runtime, view: JournalView, field: string): Promise<readonly FieldValue[]> {
  if (!isFieldName(field)) return [];
  if (field === 'instance') {
    const names = namesOf(runtime.pipeline.fleet(view.timeline));
    return summed(await view.values('subject'), (key) => {
      const name = names.get(key);
      return name === undefined || name === key ? { value: key } : { value: name, name: key };
    });
  }
  if (field === 'system') {
    return summed(await view.values('connection'), (id) => ({
      value: runtime.connections.get(id)?.system.id ?? '',
    }));
  }
  const column = countedFields.find((each): each is CountedField => each === field);
  if (!column) return [];
  return summed(await view.values(column), (value) => {
    const name = column === 'connection' ? runtime.connections.get(value)?.settings.name : undefined;
    return name === undefined || name === value ? { value } : { value, name };
  });
}

/** Names of instances by their keys. */
function namesOf(fleet: Fleet): ReadonlyMap<string, string> {
  const all = [...fleet.connections.values()].flatMap(({ instances }) => [...instances.values()]);
  return new Map(all.map(({ key, name }) => [key, name]));
}

/** Values that become the same, such as instances of one name on two connections, are one. */
function summed(
  values: readonly { readonly value: string; readonly count: number }[],
  named: (value: string) => Omit<FieldValue, 'count'>,
): readonly FieldValue[] {
  const all = new Map<string, FieldValue>();
  for (const { value, count } of values) {
    const found = named(value);
    if (found.value === '') continue;
    all.set(found.value, { ...found, count: count + (all.get(found.value)?.count ?? 0) });
  }
  return [...all.values()];
}
