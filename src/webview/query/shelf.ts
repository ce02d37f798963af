import type { FieldName } from '../../core/journal/query/fields.ts';
import type { FieldValue, QueryShelf } from '../../rpc/inspectorQuery.ts';
import type { Host } from '../base/link.ts';

/** Values are asked for again after this: while one types, each letter would ask. */
const KEPT_MS = 5000;

/** The host as the query bar knows it: saved and earlier queries, and the values of fields. */
export class Shelf {
  contents: QueryShelf = { saved: [], history: [] };
  readonly #host: Host;
  readonly #changed: () => void;
  readonly #values = new Map<
    FieldName,
    { readonly at: number; readonly values: Promise<readonly FieldValue[]> }
  >();

  constructor(host: Host, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  async load(): Promise<void> {
    try {
      this.set(await this.#host.request('shelf', null));
    } catch {
      // The bar works without it; a change brings it.
    }
  }

  set(contents: QueryShelf): void {
    this.contents = contents;
    this.#changed();
  }

  /** Values of a field; none where the host cannot tell. */
  values(field: FieldName): Promise<readonly FieldValue[]> {
    const known = this.#values.get(field);
    const now = performance.now();
    if (known && now - known.at < KEPT_MS) return known.values;
    const values = this.#host.request('values', { field }).catch((): readonly FieldValue[] => []);
    this.#values.set(field, { at: now, values });
    return values;
  }

  remember(text: string): void {
    void this.#host.request('remember', { text }).catch(() => undefined);
  }

  save(text: string): void {
    void this.#host.request('saveQuery', { text }).catch(() => undefined);
  }
}
