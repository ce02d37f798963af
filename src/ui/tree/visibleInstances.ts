import { instanceId, subjectOf, type InstanceRef } from '../../core/model/instance.ts';
import { instancesOf } from '../../core/model/fleet.ts';
import type { Subject } from '../../core/model/event.ts';
import type { Session } from '../../core/systems/session.ts';
import type { Row } from './treeItems.ts';
import type { InstancesTree } from './instancesTree.ts';
import { Throttle } from '../throttle.ts';
import type { Runtime } from '../runtime.ts';

/** All instances are gone through for it, which is not worth it for every event. */
const tellEveryMs = 250;

/** Another part that shows instances, such as charts. */
export interface Looker {
  looked(): readonly InstanceRef[];
  onDidChangeLooked(listener: () => void): { dispose(): unknown };
}

/**
 * Tells every session who somebody looks at: the instances of expanded connections while the tree is on screen, and those
 * that are charted. Measuring costs the server something, so it is done for nobody else.
 */
export class VisibleInstances {
  readonly #runtime: Runtime;
  readonly #tree: InstancesTree;
  readonly #lookers: readonly Looker[];
  readonly #collapsed = new Set<string>();
  /** Instances that each session was told of last: only changes are sent. */
  readonly #told = new WeakMap<Session, string>();
  readonly #pace = new Throttle(tellEveryMs, () => this.#tell());

  constructor(runtime: Runtime, tree: InstancesTree, lookers: readonly Looker[]) {
    this.#runtime = runtime;
    this.#tree = tree;
    this.#lookers = lookers;
    const { scope, pipeline, timelines } = runtime;
    const { view } = tree;
    scope.add(this.#pace);
    const changed = (): void => this.#pace.ask();
    scope.add(view.onDidChangeVisibility(changed));
    scope.add(view.onDidCollapseElement(({ element }) => this.#fold(element, true)));
    scope.add(view.onDidExpandElement(({ element }) => this.#fold(element, false)));
    scope.add(timelines.onDidChange(changed));
    for (const looker of lookers) scope.add(looker.onDidChangeLooked(changed));
    scope.defer(
      pipeline.subscribe('visible instances', ({ before, fleet }) => {
        if (before.connections !== fleet.connections) changed();
      }),
    );
  }

  #fold(row: Row, collapsed: boolean): void {
    if (row.row !== 'connection') return;
    if (collapsed) this.#collapsed.add(row.id);
    else this.#collapsed.delete(row.id);
    this.#pace.ask();
  }

  #tell(): void {
    const { connections } = this.#runtime;
    const charted = this.#lookers.flatMap((looker) => looker.looked());
    for (const { id, session, timeline } of connections.all) {
      if (!session?.watch) continue;
      const looked = this.#looked(id, timeline, charted);
      const key = JSON.stringify(looked);
      if (this.#told.get(session) === key) continue;
      this.#told.set(session, key);
      session.watch(looked);
    }
  }

  #looked(connection: string, timeline: string, charted: readonly InstanceRef[]): readonly Subject[] {
    const { pipeline, timelines } = this.#runtime;
    const shown = this.#tree.view.visible && timeline === timelines.base && !this.#collapsed.has(connection);
    const rows: readonly InstanceRef[] = shown
      ? instancesOf(pipeline.fleet(timeline), connection).filter((instance) => this.#tree.shows(instance))
      : [];
    const refs = [...rows, ...charted.filter((ref) => ref.connection === connection)];
    const unique = new Map(refs.map((ref) => [instanceId(ref), subjectOf(ref)]));
    return [...unique.values()];
  }
}
