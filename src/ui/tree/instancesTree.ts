import { commands, EventEmitter, l10n, TreeItem, window, type TreeDataProvider, type TreeView } from 'vscode';
import { isMutedOtherwise, mutesOf, type Mute } from '../../core/alerts/mutes.ts';
import { systemClock } from '../../core/model/clock.ts';
import { findInstance, instancesOf, isCurrent, type Fleet } from '../../core/model/fleet.ts';
import { instanceId, instanceRef, type Instance } from '../../core/model/instance.ts';
import { connectionOffers, instanceOffers } from '../../core/connections/offers.ts';
import type { AnySystem } from '../../core/systems/system.ts';
import type { ConnectionSettings } from '../../core/systems/settings.ts';
import type { Reach } from '../../core/systems/operation.ts';
import type { Session } from '../../core/systems/session.ts';
import { commandId } from '../contributions/commandIds.ts';
import { viewIds } from '../contributions/ids.ts';
import {
  connectionItem,
  connectionTooltip,
  hintItem,
  instanceItem,
  instanceTooltip,
  measuredForMs,
  measuredWords,
  rowId,
  type ConnectionFacts,
  type InstanceFacts,
  type InstanceRow,
  type Row,
  type Shown,
} from './treeItems.ts';
import { fleetOnScreen, momentWords } from '../travel/moment.ts';
import { Throttle } from '../throttle.ts';
import { drawnNow, keepingSelection, rowsToDraw, type DrawnRow } from './changedRows.ts';
import type { InstanceDetails } from './instanceDetails.ts';
import { MeasuredRows } from './measuredRows.ts';
import { showBadge } from './treeBadge.ts';
import { TreeArrangement } from './treeArrangement.ts';
import type { Runtime } from '../runtime.ts';

/** VS Code draws once nothing changed for 200 ms: what is told sooner, again and again, would put that off without end. */
const drawEveryMs = 250;
/** While a filter is typed, so that VS Code seldom has just drawn when the next key comes. */
const drawWhileTypedEveryMs = 1000;

const names = new Intl.Collator(undefined, { numeric: true });

/** Connections and their instances, as the timeline on screen has them. */
export class InstancesTree implements TreeDataProvider<Row> {
  readonly #runtime: Runtime;
  readonly #changed = new EventEmitter<Row[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #rows = new Map<string, Row>();
  readonly #measuredRows = new MeasuredRows(systemClock);
  /** Rows whose measurements say something else than is drawn. */
  readonly #stale = new Set<Row>();
  #details: InstanceDetails | undefined;
  readonly #pace = new Throttle(drawEveryMs, () => this.#draw());
  /** Connections as VS Code has read them, or will when it needs them. */
  #drawn = new Map<string, DrawnRow>();
  #allStale = true;
  /** A moment of the past was shown at the last change of the travel. */
  #wasPast = false;
  #mutes: readonly Mute[] = [];
  readonly arrangement: TreeArrangement;
  readonly view: TreeView<Row>;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    const { scope, pipeline, timelines, connections, travel } = runtime;
    this.view = scope.add(
      window.createTreeView(viewIds.instances, {
        treeDataProvider: this,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    this.arrangement = scope.add(
      new TreeArrangement(runtime, this.view, (rows, when) => {
        if (rows === 'all') this.#allStale = true;
        else for (const row of rows) this.#stale.add(this.#row(row));
        if (when === 'now') this.#pace.now();
        else this.#pace.ask();
      }),
    );
    scope.add(this.#changed);
    scope.add(
      commands.registerCommand(commandId('copyInstanceAs'), async (given?: Row) => {
        const { copyInstanceAs } = await import('./copyInstance.ts');
        const row = [given, ...this.view.selection].find((each) => each?.row === 'instance');
        await copyInstanceAs(runtime, row);
      }),
    );
    scope.add(commands.registerCommand(commandId('copyDetail'), (row?: Row) => this.#details?.copy(row)));
    scope.add(this.#pace);
    scope.defer(
      pipeline.subscribe('instances tree', ({ timeline }) => {
        if (timeline === timelines.id) this.#pace.ask();
      }),
    );
    scope.defer(
      runtime.metrics.onDidChange((ids) => {
        if (this.#shown === 'live') this.#measured(ids);
      }),
    );
    scope.defer(connections.onDidChange('instances tree', () => this.#all()));
    scope.add(timelines.onDidChange(() => this.#all()));
    scope.add(travel.onDidChange(() => this.#travelled()));
    scope.defer(runtime.alerts.onDidChange(() => this.#alerted()));
  }

  getChildren(): Row[];
  getChildren(row?: Row): Row[] | Promise<Row[]>;
  getChildren(row?: Row): Row[] | Promise<Row[]> {
    if (!row) {
      return this.#connectionIds().map((id) => this.#row({ row: 'connection', id }));
    }
    if (row.row === 'instance') return this.#detailsOf(row);
    if (row.row === 'detail' || row.row === 'hint') return [];
    const id = row.row === 'connection' ? row.id : row.connection;
    const now = drawnNow(this.#fleet.connections.get(id));
    if (row.row === 'connection')
      this.#drawn.set(id, { ...now, item: this.#drawn.get(id)?.item ?? now.item });
    if (row.row === 'connection' && this.#hint(id)) return [this.#row({ row: 'hint', connection: id })];
    const arranged = this.arrangement.rows;
    return arranged
      ? arranged.below(row, now.instances).map((each) => this.#row(each))
      : this.#inOrder(id).map((instance) => this.#row({ row: 'instance', ...instanceRef(id, instance) }));
  }

  getParent(row: Row): Row | undefined {
    if (row.row === 'connection') return undefined;
    const id = row.connection;
    if (row.row === 'detail') return this.#row({ row: 'instance', ...instanceRef(id, row) });
    const instance = row.row === 'instance' ? findInstance(this.#fleet, row) : undefined;
    const group = instance && this.arrangement.rows?.groupOf(instance, this.#instances(id));
    return this.#row(group ?? { row: 'connection', id });
  }

  /** Selects a row on screen, also where the view is not shown yet; a filter that hides it is cleared. */
  async reveal(row: Row): Promise<void> {
    if (this.#isHidden(row)) {
      await commands.executeCommand(commandId('clearFilter'));
      this.#draw();
    }
    await this.view.reveal(this.#row(row), { select: true, focus: true });
  }

  getTreeItem(row: Row): TreeItem {
    if (row.row === 'connection') {
      const status = this.#fleet.connections.get(row.id);
      const now = drawnNow(status);
      this.#drawn.set(row.id, { ...now, instances: this.#drawn.get(row.id)?.instances ?? now.instances });
      return connectionItem(this.#facts(row.id), status);
    }
    if (row.row === 'detail') return this.#details?.item(row) ?? new TreeItem('');
    if (row.row === 'hint') return this.#hint(row.connection) ?? new TreeItem('');
    if (row.row === 'group')
      return (
        this.arrangement.rows?.groupItem(row, this.#instances(row.connection)) ?? new TreeItem(row.group)
      );
    const instance = findInstance(this.#fleet, row);
    if (!instance)
      return instanceItem({ ...row, name: row.key, state: 'removed', since: 0, lastEventAt: 0 }, noFacts);
    const facts = this.#instanceFacts(row);
    this.#measuredRows.draw(instanceId(row), measuredWords(facts.measured));
    return instanceItem(instance, facts);
  }

  /** Tooltips are made when somebody points at a row. */
  resolveTreeItem(item: TreeItem, row: Row): TreeItem {
    if (row.row === 'connection') {
      item.tooltip = connectionTooltip(this.#facts(row.id), this.#fleet.connections.get(row.id));
    } else if (row.row === 'instance') {
      const instance = findInstance(this.#fleet, row);
      if (instance) item.tooltip = instanceTooltip(instance, this.#instanceFacts(row));
      this.#measuredRows.point(instanceId(row));
    }
    return item;
  }

  #hint(id: string): TreeItem | undefined {
    return hintItem(this.#facts(id), this.#fleet.connections.get(id));
  }

  get #fleet(): Fleet {
    return fleetOnScreen(this.#runtime);
  }

  get #shown(): Shown {
    if (this.#runtime.travel.moment) return 'past';
    return this.#runtime.timelines.label === undefined ? 'live' : 'replay';
  }

  /** Whether the filter lets an instance be seen. */
  shows(instance: Instance): boolean {
    return this.arrangement.rows?.arranger.shows(instance) ?? true;
  }

  #isHidden(row: Row): boolean {
    if (row.row === 'connection') return !this.#connectionIds().includes(row.id);
    const instance = row.row === 'instance' ? findInstance(this.#fleet, row) : undefined;
    return instance !== undefined && !this.shows(instance);
  }

  #instances(connection: string): DrawnRow['instances'] {
    return drawnNow(this.#fleet.connections.get(connection)).instances;
  }

  /** Instances of a connection in the order of their rows. */
  #inOrder(id: string): readonly Instance[] {
    return (
      this.arrangement.rows?.arranger.list(this.#instances(id)).instances ??
      instancesOf(this.#fleet, id).sort((a, b) => names.compare(a.name, b.name))
    );
  }

  #connectionIds(): string[] {
    const { connections, timelines } = this.#runtime;
    const fleet = this.#fleet;
    const known = this.#shown === 'live' ? connections.on(timelines.base) : fleet.connections.values();
    const ids = [...known].map(({ id }) => id);
    const { rows } = this.arrangement;
    return rows ? ids.filter((id) => rows.shows(fleet.connections.get(id))) : ids;
  }

  #facts(id: string): ConnectionFacts {
    const { connections, systems, secrets } = this.#runtime;
    const connection = connections.get(id);
    const system = connection?.system ?? systems.get(this.#fleet.connections.get(id)?.system ?? '');
    return {
      id,
      name: connection?.settings.name ?? id,
      system,
      address: connection && system ? system.describe(connection.settings) : '',
      shown: this.#shown,
      active: connection?.active ?? false,
      refreshable: connection?.refreshable ?? false,
      operations: connection
        ? connectionOffers(connection.system, connection.settings, connection.reach).map((o) => o.id)
        : [],
      diagnosable: connection?.system.diagnose !== undefined,
      hasSecrets: connection !== undefined && connection.system.secrets(connection.settings).length > 0,
      signedIn: connection !== undefined && secrets.has(connection.system, connection.settings),
    };
  }

  /** Rows below an instance; their code is loaded when the first one is unfolded. */
  async #detailsOf(row: InstanceRow): Promise<Row[]> {
    const { InstanceDetails } = await import('./instanceDetails.ts');
    this.#details ??= new InstanceDetails(
      this.#runtime,
      this.view,
      () => this.#shown,
      (changed) => {
        for (const each of changed) this.#stale.add(each.row === 'detail' ? each : this.#row(each));
        this.#pace.ask();
      },
    );
    return this.#details.rows(row);
  }

  #instanceFacts(row: InstanceRow): InstanceFacts {
    const { shown, name, system } = this.#facts(row.connection);
    const live = shown === 'live';
    const { alerts, metrics } = this.#runtime;
    const fleet = this.#fleet;
    const instance = findInstance(fleet, row);
    const status = fleet.connections.get(row.connection);
    const stale = shown !== 'replay' && !(status && isCurrent(status));
    const connection = this.#runtime.connections.get(row.connection);
    const settings = connection?.settings;
    const operations =
      live && instance && settings ? offersOf(system, settings, instance, connection.reach) : [];
    // Measurements from before the instance was shown again are out of date.
    const measured = live ? metrics.latest(row, Date.now() - measuredForMs) : undefined;
    const series = live ? metrics.series(row) : undefined;
    const charted = series ? ['metrics'] : [];
    return {
      shown,
      operations: [...operations, ...charted],
      stale,
      listedAt: status?.listedAt,
      isFavourite: instance && this.arrangement.rows?.arranger.isFavourite(instance),
      connectionName: name,
      muted: live
        ? mutesOf(alerts.mutes, { connection: row.connection, instance: row }, Date.now())[0]
        : undefined,
      measured,
      series,
    };
  }

  #measured(ids: ReadonlySet<string>): void {
    for (const id of ids) {
      const row = this.#rows.get(`instance:${id}`);
      if (row?.row !== 'instance') continue;
      const words = measuredWords(this.#runtime.metrics.latest(row));
      if (this.#measuredRows.isDue(id, words)) this.#stale.add(row);
    }
    if (this.#stale.size > 0) this.#pace.ask();
  }

  /** Alerts came or went, or rows are muted otherwise. */
  #alerted(): void {
    const [before, now] = [this.#mutes, this.#runtime.alerts.mutes];
    this.#mutes = now;
    if (before !== now)
      for (const row of this.#rows.values())
        if (row.row === 'instance' && isMutedOtherwise(before, now, row)) this.#stale.add(row);
    this.#pace.ask();
  }

  /** Every row looks different in the past; between two moments of it, those that changed do. */
  #travelled(): void {
    const isPast = this.#runtime.travel.moment !== undefined;
    if (isPast !== this.#wasPast) this.#allStale = true;
    this.#wasPast = isPast;
    this.#pace.ask();
  }

  /** Draws everything anew. */
  #all(): void {
    this.#allStale = true;
    this.#pace.ask();
  }

  /** Tells VS Code what is not as it has read it. */
  #draw(): void {
    this.#pace.pauseMs = this.arrangement.isFilterTyped ? drawWhileTypedEveryMs : drawEveryMs;
    const { connections } = this.#fleet;
    const arranged = this.arrangement.rows;
    const now = new Map(this.#connectionIds().map((id) => [id, drawnNow(connections.get(id))]));
    const rows = this.#allStale ? undefined : rowsToDraw(this.#drawn, now, arranged?.changed);
    const stale = new Set([...(rows ?? []).map((row) => this.#row(row)), ...this.#stale]);
    this.#allStale = false;
    this.#stale.clear();
    this.#drawn = now;
    const isUnfolded = (row: Row): boolean => this.#details?.isUnfolded(row) ?? false;
    const all = rows && keepingSelection([...stale], this.view.selection, this.#fromTop(), isUnfolded);
    if (!all) this.#changed.fire(undefined);
    else if (all.length > 0) this.#changed.fire([...all]);
    // After the rows: of what is told within 200 ms, VS Code draws the first at once.
    this.#describe(now.size > 0);
  }

  /** The order of instances on screen. */
  #fromTop(): (a: Row, b: Row) => number {
    let places: ReadonlyMap<string, number> | undefined;
    const placeOf = (row: Row): number => {
      places ??= new Map(
        this.#connectionIds()
          .flatMap((id) => this.#inOrder(id))
          .map((instance, place) => [rowId({ row: 'instance', ...instance }), place]),
      );
      return places.get(rowId(row)) ?? 0;
    };
    return (a, b) => placeOf(a) - placeOf(b);
  }

  /** The line above the tree and its badge. */
  #describe(hasRows: boolean): void {
    const { timelines, travel } = this.#runtime;
    const { label, isSimulated } = timelines;
    const asOf = travel.moment && momentWords(travel.moment.place.at);
    const note =
      asOf !== undefined
        ? l10n.t('As of {0}, not now. Operations are off until you go back to now.', asOf)
        : label !== undefined
          ? l10n.t('Showing the replay "{0}", not what is live.', label)
          : isSimulated
            ? l10n.t('Simulated servers, to try everything on: none of them is real.')
            : '';
    const message = this.arrangement.rows?.message(this.#fleet.connections.values(), note, hasRows) ?? note;
    // VS Code takes every assignment for a change.
    if ((this.view.message ?? '') !== message) this.view.message = message;
    const description = asOf ?? (isSimulated && label === undefined ? l10n.t('Simulated') : '');
    if ((this.view.description ?? '') !== description) this.view.description = description;
    showBadge(this.view, this.#runtime);
  }

  /** The same object for the same row: VS Code matches changed elements by identity. */
  #row(row: Row): Row {
    const id = rowId(row);
    const known = this.#rows.get(id);
    if (known) return known;
    this.#rows.set(id, row);
    return row;
  }
}

/** Ids of what may be done to it; to look into its log is one of them. */
function offersOf(
  system: AnySystem | undefined,
  settings: ConnectionSettings,
  instance: Instance,
  reach: Reach<Session>,
): readonly string[] {
  if (!system) return [];
  const ids = instanceOffers(system, settings, instance, reach).map(({ id }) => id);
  return system.console?.when(instance, settings) === true ? [...ids, 'logs'] : ids;
}

const noFacts: InstanceFacts = { shown: 'live', operations: [], stale: true, connectionName: '' };
