import { commands, env, l10n, window, type TreeItem, type TreeView } from 'vscode';
import { machineOf } from '../../core/connections/machine.ts';
import type { OpsEvent } from '../../core/model/event.ts';
import { findInstance, isCurrent } from '../../core/model/fleet.ts';
import { instanceId, instanceRef, type Instance } from '../../core/model/instance.ts';
import {
  copiedOf,
  detailId,
  instanceDetails,
  type DetailEvent,
  type InstanceDetail,
} from '../../core/model/instanceDetails.ts';
import { oneLine } from '../../core/model/text.ts';
import { fleetOnScreen } from '../travel/moment.ts';
import { Throttle } from '../throttle.ts';
import type { Runtime } from '../runtime.ts';
import { detailItem, openDetailCommand } from './detailItems.ts';
import { lastEvents } from './lastEvents.ts';
import { measuredForMs, type DetailRow, type InstanceRow, type Row, type Shown } from './treeItems.ts';

/** Last events that are rows. */
const mostEvents = 5;
/** Rows that move while they are read are worse than late ones. */
const followEveryMs = 1000;
/** Servers are measured every two seconds. */
const measureEveryMs = 2000;
const copiedForMs = 3000;

/** An instance whose details are unfolded, as VS Code has read them. */
interface Unfolded {
  readonly row: InstanceRow;
  readonly rows: ReadonlyMap<string, DetailRow>;
  readonly events: readonly DetailEvent[];
  details: ReadonlyMap<string, InstanceDetail>;
  /** Tells whether other rows are due. */
  drawn: string;
  /** Events came, or another moment is shown. */
  isStale: boolean;
}

/** Rows below the instances that somebody unfolded. */
export class InstanceDetails {
  readonly #runtime: Runtime;
  readonly #shown: () => Shown;
  readonly #draw: (rows: readonly (InstanceRow | DetailRow)[]) => void;
  readonly #unfolded = new Map<string, Unfolded>();
  readonly #measured = new Set<string>();
  readonly #pace = new Throttle(followEveryMs, () => this.#follow());
  readonly #measurePace = new Throttle(measureEveryMs, () => this.#measure());

  constructor(
    runtime: Runtime,
    view: TreeView<Row>,
    shown: () => Shown,
    draw: (rows: readonly (InstanceRow | DetailRow)[]) => void,
  ) {
    this.#runtime = runtime;
    this.#shown = shown;
    this.#draw = draw;
    const { scope, pipeline, timelines, travel, metrics } = runtime;
    scope.add(this.#pace);
    scope.add(this.#measurePace);
    scope.add(
      view.onDidCollapseElement(({ element }) => {
        if (element.row === 'instance') this.#unfolded.delete(instanceId(element));
      }),
    );
    scope.defer(
      pipeline.subscribe('instance details', ({ timeline, before, fleet, events }) => {
        if (timeline !== timelines.id || this.#unfolded.size === 0) return;
        for (const event of events) this.#note(event);
        if (before.tasks !== fleet.tasks || before.connections !== fleet.connections) this.#pace.ask();
      }),
    );
    scope.add(
      travel.onDidChange(() => {
        for (const unfolded of this.#unfolded.values()) unfolded.isStale = true;
        this.#pace.ask();
      }),
    );
    scope.defer(
      metrics.onDidChange((ids) => {
        for (const id of this.#unfolded.keys()) if (ids.has(id)) this.#measured.add(id);
        if (this.#measured.size > 0) this.#measurePace.ask();
      }),
    );
    scope.add(commands.registerCommand(openDetailCommand, (row?: Row) => this.#openTask(row)));
  }

  /** Details of an instance as rows, from now on kept up to date until it is folded. */
  async rows(row: InstanceRow): Promise<DetailRow[]> {
    const events = await this.#lastEvents(row);
    const instance = findInstance(fleetOnScreen(this.#runtime), row);
    if (!instance) return [];
    const details = this.#detailsOf(instance, events);
    const rows = new Map<string, DetailRow>();
    for (const [id, detail] of details)
      rows.set(id, {
        row: 'detail',
        detail: id,
        ...instanceRef(row.connection, row),
        ...(detail.detail === 'event' ? { event: detail.event.seq } : {}),
      });
    const drawn = signature(details);
    this.#unfolded.set(instanceId(row), { row, rows, details, events, drawn, isStale: false });
    return [...rows.values()];
  }

  isUnfolded(row: Row): boolean {
    return row.row === 'instance' && this.#unfolded.has(instanceId(row));
  }

  /** Undefined where the row has gone meanwhile. */
  item(row: DetailRow): TreeItem | undefined {
    const detail = this.#detail(row);
    if (!detail) return undefined;
    const instance = findInstance(fleetOnScreen(this.#runtime), row);
    return detailItem(row, detail, { instance: instance?.name ?? row.key, shown: this.#shown() });
  }

  #detail(row: DetailRow): InstanceDetail | undefined {
    return this.#unfolded.get(instanceId(row))?.details.get(row.detail);
  }

  #detailsOf(instance: Instance, events: readonly DetailEvent[]): ReadonlyMap<string, InstanceDetail> {
    const { connections, metrics, host } = this.#runtime;
    const fleet = fleetOnScreen(this.#runtime);
    const shown = this.#shown();
    const status = fleet.connections.get(instance.connection);
    // Nobody knows where a replay was recorded.
    const connection = shown === 'replay' ? undefined : connections.get(instance.connection);
    const isMeasured = shown === 'live' && status !== undefined && isCurrent(status);
    const details = instanceDetails(instance, {
      host: connection && machineOf(connection, host),
      measured: isMeasured ? metrics.latest(instance, Date.now() - measuredForMs) : undefined,
      series: isMeasured ? metrics.series(instance) : undefined,
      tasks: shown === 'replay' ? [] : fleet.tasks.values(),
      events,
    });
    return new Map(details.map((detail) => [detailId(detail), detail]));
  }

  /** The last events of an instance on the timeline on screen; none where that has no journal. */
  async #lastEvents(row: InstanceRow): Promise<readonly DetailEvent[]> {
    const { timelines, travel } = this.#runtime;
    const { place } = travel.moment ?? {};
    const shown = place ? { timeline: timelines.base, place } : { timeline: timelines.id };
    try {
      return await lastEvents(this.#runtime, row, { ...shown, count: mostEvents });
    } catch {
      // The window has said already that there is no history.
      return [];
    }
  }

  #note({ connection, subject, noise, retention }: OpsEvent): void {
    if (!subject || noise === true || retention === 'metric' || retention === 'log') return;
    const unfolded = this.#unfolded.get(instanceId(instanceRef(connection, subject)));
    if (!unfolded) return;
    unfolded.isStale = true;
    this.#pace.ask();
  }

  /** Has the instances drawn anew that have other details. */
  #follow(): void {
    const fleet = fleetOnScreen(this.#runtime);
    const due: InstanceRow[] = [];
    for (const [id, unfolded] of this.#unfolded) {
      const instance = findInstance(fleet, unfolded.row);
      if (!instance) {
        this.#unfolded.delete(id);
        continue;
      }
      const drawn = signature(this.#detailsOf(instance, unfolded.events));
      if (!unfolded.isStale && drawn === unfolded.drawn) continue;
      unfolded.isStale = false;
      unfolded.drawn = drawn;
      due.push(unfolded.row);
    }
    if (due.length > 0) this.#draw(due);
  }

  /** Has the rows of measurements drawn anew, and with the first one the instance. */
  #measure(): void {
    const fleet = fleetOnScreen(this.#runtime);
    const due: (InstanceRow | DetailRow)[] = [];
    for (const id of this.#measured) {
      const unfolded = this.#unfolded.get(id);
      const instance = unfolded && findInstance(fleet, unfolded.row);
      if (!unfolded || !instance) continue;
      const details = this.#detailsOf(instance, unfolded.events);
      const measured = [...details].filter(([, { detail }]) => detail === 'measured').map(([name]) => name);
      if (measured.every((name) => unfolded.rows.has(name))) {
        unfolded.details = new Map([...unfolded.details, ...details]);
        due.push(...measured.flatMap((name) => unfolded.rows.get(name) ?? []));
      } else due.push(unfolded.row);
    }
    this.#measured.clear();
    if (due.length > 0) this.#draw(due);
  }

  /** Copies what the row tells. */
  async copy(row: Row | undefined): Promise<void> {
    const detail = row?.row === 'detail' ? this.#detail(row) : undefined;
    const copied = detail && copiedOf(detail);
    if (copied === undefined) return;
    await env.clipboard.writeText(copied);
    window.setStatusBarMessage(l10n.t('Copied: {0}', oneLine(copied, 60)), copiedForMs);
  }

  async #openTask(row: Row | undefined): Promise<void> {
    const detail = row?.row === 'detail' ? this.#detail(row) : undefined;
    if (detail?.detail !== 'task') return;
    const { showTask } = await import('../tasks/taskDocuments.ts');
    await showTask(this.#runtime, detail.task);
  }
}

/** Facts that rows show; events and measurements are followed by themselves. */
function signature(details: ReadonlyMap<string, InstanceDetail>): string {
  return JSON.stringify(
    [...details.values()].map((detail) => {
      if (detail.detail === 'event' || detail.detail === 'measured') return '';
      if (detail.detail !== 'task') return detail;
      const { id, title, message, percent, state } = detail.task;
      return { id, title, message, percent, state };
    }),
  );
}
