import {
  commands,
  l10n,
  window,
  type EventEmitter,
  type QuickPickItem,
  type TreeItem,
  type TreeView,
} from 'vscode';
import { EarlierTasks } from '../../core/journal/earlierTasks.ts';
import type { JournalStore } from '../../core/journal/store/journalStore.ts';
import type { Fleet } from '../../core/model/fleet.ts';
import { isFinished, type Task } from '../../core/model/task.ts';
import {
  listedTasks,
  taskFilters,
  withEarlier,
  type TaskFilter,
  type TaskView,
} from '../../core/model/taskList.ts';
import { contextKeys } from '../contributions/ids.ts';
import type { Operations } from '../operations/operations.ts';
import type { Runtime } from '../runtime.ts';
import { Throttle } from '../throttle.ts';
import { fleetOnScreen, momentWords } from '../travel/moment.ts';
import {
  earlierItem,
  filterNames,
  looksOf,
  stepItem,
  taskItem,
  taskTooltip,
  type TaskFacts,
  type TaskRow,
} from './taskItems.ts';
import { connectionName, instanceName, instanceOf, starterName } from './taskWords.ts';

/** Rows are drawn at most this often; durations count on at each time. */
const drawEveryMs = 1_000;

const filterKey = 'tasks.filter';
const clearedKey = 'tasks.clearedAt';

export interface TaskViewParts {
  readonly view: TreeView<TaskRow>;
  readonly changed: EventEmitter<TaskRow[] | undefined>;
}

const earlierRow: TaskRow = { row: 'earlier' };

/** Rows of the view of tasks: the fleet on screen, and what the journal knows of the last days. */
export class TaskTree {
  readonly #runtime: Runtime;
  readonly #operations: Operations;
  readonly #parts: TaskViewParts;
  readonly #pace = new Throttle(drawEveryMs, () => this.#draw());
  readonly #rows = new Map<string, TaskRow>();
  /** Rows as VS Code has read them, in their order. */
  #drawn: ReadonlyMap<string, string> = new Map();
  #hasEarlierRow = false;
  #earlier: EarlierTasks | undefined;
  #counting: NodeJS.Timeout | undefined;
  #stopFollowing = (): unknown => undefined;
  /** Keys of contexts that are true, as VS Code was told. */
  readonly #told = new Set<string>();

  constructor(runtime: Runtime, operations: Operations, parts: TaskViewParts) {
    this.#runtime = runtime;
    this.#operations = operations;
    this.#parts = parts;
    const { scope, pipeline, timelines, travel, connections } = runtime;
    const { view } = parts;
    const ask = (): void => this.#pace.ask();
    scope.add(this.#pace);
    scope.defer(() => clearInterval(this.#counting));
    scope.defer(() => this.#stopFollowing());
    scope.defer(
      pipeline.subscribe('tasks view', ({ timeline, before, fleet }) => {
        if (timeline !== timelines.id || before.tasks === fleet.tasks) return;
        this.#takeOver(before.tasks, fleet.tasks);
        ask();
      }),
    );
    scope.defer(connections.onDidChange('tasks view', ask));
    scope.add(
      timelines.onDidChange(() => {
        this.#openJournal();
        ask();
      }),
    );
    scope.add(travel.onDidChange(ask));
    scope.add(view.onDidChangeVisibility(ask));
    this.#openJournal();
    this.#describe();
  }

  /** The task of a row, or of the selected one. */
  taskOf(row: TaskRow | undefined): Task | undefined {
    const meant = row ?? this.#parts.view.selection[0];
    if (meant?.row === 'step') return this.#task(meant.task);
    return meant?.row === 'task' ? this.#task(meant.id) : undefined;
  }

  children(row?: TaskRow): TaskRow[] {
    if (row?.row === 'task') {
      const steps = this.#task(row.id)?.steps ?? [];
      return steps.map((_, place) => this.#row({ row: 'step', task: row.id, place }));
    }
    if (row) return [];
    const tasks = this.#listed();
    this.#drawn = this.#looks(tasks);
    this.#hasEarlierRow = this.#hasEarlier;
    this.#count(tasks);
    const rows = tasks.map(({ id }) => this.#row({ row: 'task', id }));
    return this.#hasEarlierRow ? [...rows, earlierRow] : rows;
  }

  parent(row: TaskRow): TaskRow | undefined {
    return row.row === 'step' ? this.#row({ row: 'task', id: row.task }) : undefined;
  }

  item(row: TaskRow): TreeItem | undefined {
    if (row.row === 'earlier') return earlierItem();
    const task = this.#task(row.row === 'task' ? row.id : row.task);
    if (!task) return undefined;
    return row.row === 'task' ? taskItem(task, this.#facts(task)) : stepItem(task, row.place);
  }

  tooltip(row: TaskRow): TreeItem['tooltip'] {
    const task = row.row === 'task' ? this.#task(row.id) : undefined;
    return task && taskTooltip(task, this.#facts(task));
  }

  loadEarlier(): void {
    this.#earlier?.show();
    this.#lookAhead();
    this.#pace.ask();
  }

  /** Lets the user choose which tasks are listed. */
  async chooseFilter(): Promise<void> {
    const names = filterNames();
    const now = this.#view.filter;
    const items = taskFilters.map((filter): QuickPickItem & { filter: TaskFilter } => ({
      filter,
      label: names[filter],
      ...(filter === now ? { description: l10n.t('now') } : {}),
    }));
    const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Which tasks are listed?') });
    if (chosen) await this.#keep(filterKey, chosen.filter === 'all' ? undefined : chosen.filter);
  }

  /** Hides what has ended; the history keeps it. */
  async clear(): Promise<void> {
    await this.#keep(clearedKey, Date.now());
  }

  async showCleared(): Promise<void> {
    await this.#keep(clearedKey, undefined);
  }

  async #keep(key: string, value: unknown): Promise<void> {
    await this.#runtime.context.workspaceState.update(key, value);
    this.#lookAhead();
    this.#pace.ask();
  }

  get #view(): TaskView {
    const { workspaceState } = this.#runtime.context;
    const kept = workspaceState.get<unknown>(filterKey);
    const filter = taskFilters.find((each) => each === kept) ?? 'all';
    const clearedAt = workspaceState.get<unknown>(clearedKey);
    return { filter, ...(typeof clearedAt === 'number' && !this.#isStill ? { clearedAt } : {}) };
  }

  /** A moment of the past or a replay is shown. */
  get #isStill(): boolean {
    const { travel, timelines } = this.#runtime;
    return travel.moment !== undefined || timelines.label !== undefined;
  }

  #openJournal(): void {
    const { journals, timelines } = this.#runtime;
    this.#earlier = undefined;
    this.#stopFollowing();
    if (timelines.label !== undefined) return;
    const timeline = timelines.base;
    journals.store(timeline).then(
      (store) => {
        if (timelines.id !== timeline) return;
        this.#stopFollowing();
        this.#stopFollowing = store.onDelete(() => this.#readAnew(store));
        this.#readAnew(store);
      },
      // The log says why there is no history.
      () => undefined,
    );
  }

  /** Begins with the first page, none of which is shown yet. */
  #readAnew(store: JournalStore): void {
    this.#earlier = new EarlierTasks(store, Date.now());
    this.#lookAhead();
    this.#pace.ask();
  }

  #takeOver(before: Fleet['tasks'], now: Fleet['tasks']): void {
    const gone = [...now.differences(before)].flatMap((id) => (now.has(id) ? [] : (before.get(id) ?? [])));
    if (gone.length > 0) this.#earlier?.takeOver(gone);
  }

  /** Finds out whether there is something earlier to show. */
  #lookAhead(): void {
    const view = this.#view;
    const known = fleetOnScreen(this.#runtime).tasks;
    const isWanted = (task: Task): boolean =>
      known.get(task.id) === undefined && listedTasks([task], view).length > 0;
    this.#earlier?.lookAhead(isWanted).then(
      () => this.#pace.ask(),
      () => undefined,
    );
  }

  get #hasEarlier(): boolean {
    if (this.#isStill) return false;
    const known = fleetOnScreen(this.#runtime).tasks;
    const ahead = this.#earlier?.ahead ?? [];
    const unknown = ahead.filter(({ id }) => known.get(id) === undefined);
    return listedTasks(withEarlier([], unknown), this.#view).length > 0;
  }

  #all(): readonly Task[] {
    const fleet = fleetOnScreen(this.#runtime).tasks.values();
    return withEarlier(fleet, this.#isStill ? [] : (this.#earlier?.shown ?? []));
  }

  #listed(): readonly Task[] {
    return listedTasks(this.#all(), this.#view);
  }

  #task(id: string): Task | undefined {
    return fleetOnScreen(this.#runtime).tasks.get(id) ?? this.#all().find((task) => task.id === id);
  }

  #facts(task: Task): TaskFacts {
    const { travel, connections } = this.#runtime;
    const fleet = fleetOnScreen(this.#runtime);
    const isStill = this.#isStill;
    const isLive = !isStill && connections.get(task.connection) !== undefined;
    const offers = [
      ...(isLive && task.cancellable ? ['cancel'] : []),
      ...(isLive && this.#operations.canRetry(task) ? ['retry'] : []),
      ...(instanceOf(fleet, task) ? ['reveal'] : []),
    ];
    return {
      connection: connectionName(this.#runtime, task),
      instance: instanceName(fleet, task),
      starter: task.startedBy && starterName(this.#runtime, task.startedBy),
      isStill,
      // A replay has times of its own.
      now: travel.moment?.place.at ?? (isStill ? task.lastEventAt : Date.now()),
      offers,
    };
  }

  #looks(tasks: readonly Task[]): ReadonlyMap<string, string> {
    return new Map(tasks.map((task) => [task.id, looksOf(task, this.#facts(task))]));
  }

  #draw(): void {
    this.#describe();
    const { view, changed } = this.#parts;
    const tasks = view.visible ? this.#listed() : [];
    this.#count(tasks);
    // A view that comes back on screen asks for its rows only when it was told that they changed.
    if (!view.visible) return;
    const now = this.#looks(tasks);
    const isSameList =
      this.#hasEarlier === this.#hasEarlierRow && [...now.keys()].join() === [...this.#drawn.keys()].join();
    if (!isSameList) {
      changed.fire(undefined);
      return;
    }
    const rows = [...now].flatMap(([id, looks]) =>
      looks === this.#drawn.get(id) ? [] : [this.#row({ row: 'task', id })],
    );
    this.#drawn = now;
    if (rows.length > 0) changed.fire(rows);
  }

  /** Lets durations count on while somebody sees them. */
  #count(tasks: readonly Task[]): void {
    const counts = !this.#isStill && tasks.some(({ state }) => !isFinished(state));
    if (counts) this.#counting ??= setInterval(() => this.#pace.ask(), drawEveryMs);
    else {
      clearInterval(this.#counting);
      this.#counting = undefined;
    }
  }

  /** The words above the rows. */
  #describe(): void {
    const { travel, timelines, context } = this.#runtime;
    const { view } = this.#parts;
    const { filter } = this.#view;
    const name = filterNames()[filter];
    const asOf = travel.moment && l10n.t('As of {0}', momentWords(travel.moment.place.at));
    const replay =
      timelines.label === undefined ? undefined : l10n.t('Tasks of the replay "{0}"', timelines.label);
    const description = [...(filter === 'all' ? [] : [name]), asOf ?? replay ?? '']
      .filter(Boolean)
      .join(' · ');
    if ((view.description ?? '') !== description) view.description = description;
    const isEmpty = filter !== 'all' && this.#listed().length === 0;
    const message = isEmpty ? l10n.t('No task matches the filter "{0}".', name) : '';
    if ((view.message ?? '') !== message) view.message = message;
    this.#tell(contextKeys.tasksCleared, context.workspaceState.get(clearedKey) !== undefined);
    this.#tell(contextKeys.tasksFiltered, filter !== 'all');
  }

  #tell(key: string, isTrue: boolean): void {
    if (isTrue === this.#told.has(key)) return;
    if (isTrue) this.#told.add(key);
    else this.#told.delete(key);
    void commands.executeCommand('setContext', key, isTrue);
  }

  /** The same object for the same row: VS Code matches changed elements by identity. */
  #row(row: TaskRow): TaskRow {
    const id = row.row === 'task' ? row.id : row.row === 'step' ? `${row.task}/${String(row.place)}` : '';
    const known = this.#rows.get(id);
    if (known) return known;
    this.#rows.set(id, row);
    return row;
  }
}
