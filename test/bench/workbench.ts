import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { kgsmEvent, KgsmRoot } from '../e2e/kgsm.ts';
import { startServer } from '../harness/server.ts';
import { packagedVsix } from '../harness/vsix.ts';
import { openWorkbenchOn, type Workbench } from '../harness/workbench.ts';
import { openBareWebview, packBareWebview } from './bareWebview.ts';
import { fill, openBenchStore } from './benchStore.ts';
import { HOST_DELAY, hostDelay, packHostDelay } from './hostDelay.ts';
import { line, median, percentile, ratio, type Line } from './measure.ts';
import { whileSending } from './sending.ts';
import { Trace, TRACED } from './trace.ts';
import { EVENTS_A_SECOND, expectMoved, GRID, NEXT_FRAME, PLACE, ROWS, TURNS, type Place } from './webview.ts';

const EVENTS = 1_000_000;
const OPENINGS = 5;
const WHEEL_FRAMES = 120;
/** Steps of a drag of the scroll bar, one a frame. */
const DRAG_FRAMES = 30;
/** How often the sender looks at the clock. */
const SENDING_MS = 10;
const ANSWER_LIMIT_MS = 60_000;
const openInspector = 'Game Servers: Open Event Inspector in Editor Tab';

/**
 * Runs in every frame: VS Code's own page around ours marks its beginning, and the end of the frame that shows our first rows, and says so.
 * Playwright's way into our page takes 100 ms, in which nothing else runs there.
 */
const MARKS = `if (location.pathname.endsWith('/pre/index.html')) {
  performance.mark('gso-webview');
  const marked = () => console.debug(performance.mark('gso-rows').name);
  const look = () => {
    const page = document.querySelector('#active-frame')?.contentDocument;
    const grid = page?.querySelector('gso-inspector')?.shadowRoot?.querySelector('gso-grid');
    const ours = grid?.shadowRoot?.querySelector('.layer .row:not(.unused, .loading)');
    if (ours ?? page?.querySelector('body > .row')) requestAnimationFrame(() => setTimeout(marked));
    else requestAnimationFrame(look);
  };
  look();
}`;

/** A user's window with the packed extension and a history of a million events, as the browser's own tracing sees it. */
export async function workbench(): Promise<Line[]> {
  const root = new KgsmRoot();
  const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
  try {
    await fillHistory(join(folder, 'journal.db'));
    const socket = join(folder, 'delay.sock');
    const server = await startServer({
      mode: 'installed',
      vsix: packagedVsix(),
      otherVsixes: [
        await packHostDelay(join(folder, 'host-delay')),
        await packBareWebview(join(folder, 'bare-webview')),
      ],
      env: { [HOST_DELAY]: socket },
      machineSettings: {
        'gameServerOps.connections': [root.connection({ events: 'socket' })],
        'gameServerOps.history.folder': folder,
        'gameServerOps.history.retention': { lifecycle: 36_500 },
      },
    });
    await using wb = await openWorkbenchOn(server, {
      prepare: async (_, context) => {
        await context.addInitScript(MARKS);
      },
    });
    await wb.openView('Game Servers');
    await wb.treeItem(/^Connection Home, Connected/).waitFor();
    const opened = await openingTimes(wb);
    const bare = await bareScrolling(wb);
    await open(wb, openInspector);
    return [...opened, ...(await scrollingInside(wb, root, socket, bare))];
  } finally {
    root.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fillHistory(path: string): Promise<void> {
  const store = await openBenchStore(path);
  await fill(store, EVENTS);
  await store.close();
}

async function traced(wb: Workbench, during: () => Promise<void>): Promise<Trace> {
  const browser = wb.context.browser();
  if (!browser) throw new Error('The browser is gone.');
  await browser.startTracing(wb.page, { categories: [...TRACED] });
  await during();
  return new Trace(await browser.stopTracing());
}

/** Opens a page in the only editor tab. */
async function open(wb: Workbench, title: string): Promise<Frame> {
  await wb.command('View: Close All Editors');
  const shown = rowsShown(wb);
  await wb.command(title);
  await shown;
  return wb.frameOf(wb.editorFrame());
}

async function rowsShown(wb: Workbench): Promise<void> {
  await wb.page.waitForEvent('console', {
    predicate: (message) => message.text() === 'gso-rows',
    timeout: ANSWER_LIMIT_MS,
  });
}

async function openingTrace(wb: Workbench, title: string): Promise<Trace> {
  await wb.command('View: Close All Editors');
  await wb.openPalette();
  await wb.quickInput.fill(`>${title}`);
  await wb.quickItem(title).waitFor();
  await wb.page.evaluate(
    `addEventListener('keydown', () => performance.mark('gso-command'), { capture: true, once: true })`,
  );
  return traced(wb, async () => {
    const shown = rowsShown(wb);
    await wb.page.keyboard.press('Enter');
    await shown;
  });
}

/** Our page and a bare one in turns, after each was opened once: the first page of an extension has a service worker to start. */
async function openingTimes(wb: Workbench): Promise<Line[]> {
  const ours: Trace[] = [];
  const bare: Trace[] = [];
  await open(wb, openBareWebview);
  await open(wb, openInspector);
  for (let n = 0; n < OPENINGS; n++) {
    bare.push(await openingTrace(wb, openBareWebview));
    ours.push(await openingTrace(wb, openInspector));
  }
  const times = (traces: readonly Trace[], mark: string): number[] =>
    traces.map((trace) => trace.between(mark, 'gso-rows'));
  const opened = (what: string, mark: string): Line[] => {
    const own = times(ours, mark);
    const other = times(bare, mark);
    const list = own.map(Math.round).join(', ');
    return [
      line(
        `workbench 1 M: first rows after ${what}`,
        median(own),
        'ms',
        '≤ 100',
        `of ${OPENINGS}: ${list} ms`,
      ),
      line(
        `workbench 1 M: the same beyond a bare page`,
        median(own) - median(other),
        'ms',
        '≤ 100',
        `that has its first rows after ${median(other).toFixed(0)} ms in the same window`,
        { least: -500 },
      ),
    ];
  };
  return [...opened('the command', 'gso-command'), ...opened('the navigation of the webview', 'gso-webview')];
}

/** The same turns of the wheel over a page with as many rows of text, which does nothing else. */
async function bareScrolling(wb: Workbench): Promise<Trace> {
  const frame = await open(wb, openBareWebview);
  await wb.editorFrame().locator('.row').first().hover();
  const text = `document.querySelector('.row span').textContent`;
  const before = await frame.evaluate(text);
  const trace = await traced(wb, async () => {
    await frame.evaluate(`void performance.mark('gso-from')`);
    for (let n = 0; n < WHEEL_FRAMES; n++) {
      await wb.page.mouse.wheel(0, -(TURNS[n % TURNS.length] ?? NaN));
      await inTime('A frame', frame.evaluate(NEXT_FRAME));
    }
    await frame.evaluate(`void performance.mark('gso-to')`);
  });
  if ((await frame.evaluate(text)) === before) throw new Error('The bare page was not scrolled.');
  return trace;
}

/** Looks in every frame of the page: its policy forbids the way that Playwright waits. */
async function until(frame: Frame, condition: string): Promise<void> {
  const met = frame.evaluate(`new Promise((met) => {
    const look = () => (${condition} ? met() : requestAnimationFrame(look));
    look();
  })`);
  await inTime(condition, met);
}

/** Playwright waits without an end for what a page answers. */
async function inTime<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} did not come within ${ANSWER_LIMIT_MS / 1000} s.`));
    }, ANSWER_LIMIT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The inspector that is open, scrolled by wheel and scroll bar. */
class OpenGrid {
  readonly #wb: Workbench;
  readonly #frame: Frame;
  /** Most row elements at a time. */
  rows = 0;

  constructor(wb: Workbench, frame: Frame) {
    this.#wb = wb;
    this.#frame = frame;
  }

  mark(name: string): Promise<unknown> {
    return this.#frame.evaluate(`void performance.mark('${name}')`);
  }

  async wheel(eventsASecond: number): Promise<void> {
    const from = await this.#frame.evaluate<Place>(PLACE);
    for (let n = 0; n < WHEEL_FRAMES; n++) {
      await this.#wb.page.mouse.wheel(0, -(TURNS[n % TURNS.length] ?? NaN));
      await this.#drawn();
    }
    expectMoved(from, await this.#frame.evaluate<Place>(PLACE), WHEEL_FRAMES, eventsASecond);
  }

  /** Moves the scroll bar to a share of its way. */
  async drag(share: number): Promise<void> {
    const bar = `${GRID}.querySelector('.grid')`;
    const from = await this.#frame.evaluate<number>(`${bar}.scrollTop / ${bar}.scrollHeight`);
    for (let n = 1; n <= DRAG_FRAMES; n++) {
      const at = from + ((share - from) * n) / DRAG_FRAMES;
      await this.#frame.evaluate(`void (${bar}.scrollTop = ${at} * ${bar}.scrollHeight)`);
      await this.#drawn();
    }
    await until(this.#frame, `!${GRID}.querySelector('.layer .row.loading')`);
    const { row, events } = await this.#frame.evaluate<Place>(PLACE);
    if (Math.abs(row / events - share) > 0.01)
      throw new Error(`The scroll bar is at ${share}, the first row is ${row} of ${events}.`);
  }

  async #drawn(): Promise<void> {
    await inTime('A frame', this.#frame.evaluate(NEXT_FRAME));
    this.rows = Math.max(this.rows, await this.#frame.evaluate<number>(ROWS));
  }
}

async function scrollingInside(wb: Workbench, root: KgsmRoot, socket: string, bare: Trace): Promise<Line[]> {
  const inner = wb.editorFrame();
  const grid = new OpenGrid(wb, await wb.frameOf(inner));
  await inner.locator('gso-grid').hover();
  // Each older event that the search still finds moves the positions of the rows.
  await inner.getByText('searching…').waitFor({ state: 'hidden' });
  const marked = (during: () => Promise<void>): Promise<Trace> =>
    traced(wb, async () => {
      await grid.mark('gso-from');
      await during();
      await grid.mark('gso-to');
    });
  const quiet = await marked(async () => {
    await grid.wheel(0);
    await grid.drag(0.5);
    await grid.wheel(0);
    await grid.drag(1);
  });
  await hostDelay(socket);
  const live = await marked(() => whileEventsCome(root, () => grid.wheel(EVENTS_A_SECOND)));
  const delay = await hostDelay(socket);
  const sent = `while ${EVENTS_A_SECOND.toLocaleString('en')} events/s come by a Unix socket`;
  return [
    ...workLines('scrolling to the middle and the end', quiet, bare),
    ...workLines(`scrolling ${sent}`, live, bare),
    line('workbench 1 M: DOM rows', grid.rows, 'rows', '≤ 60', 'most at a time'),
    line(
      `workbench 1 M: loop of the extension host ${sent}, p99`,
      delay.p99,
      'ms',
      '≤ 20',
      `longest ${delay.longest.toFixed(0)} ms`,
    ),
  ];
}

function workLines(what: string, trace: Trace, bare: Trace): Line[] {
  const { frames, longestTask } = trace.work('gso-from', 'gso-to');
  const least = bare.work('gso-from', 'gso-to');
  const p95 = percentile(frames, 0.95);
  const barest = percentile(least.frames, 0.95);
  const note = `median ${median(frames).toFixed(1)} ms, ${frames.length} frames with new rows in the browser's tracing`;
  return [
    line(`workbench 1 M: ${what}: script + layout a frame, p95`, p95, 'ms', '≤ 8', note),
    ratio(
      'workbench 1 M: the same beside a bare page with as many rows',
      barest,
      p95,
      '×',
      '',
      `that takes ${barest.toFixed(1)} ms, median ${median(least.frames).toFixed(1)} ms`,
    ),
    line(
      `workbench 1 M: ${what}: longest task of the page`,
      longestTask,
      'ms',
      '≤ 50',
      `of a bare page ${least.longestTask.toFixed(0)} ms`,
    ),
  ];
}

/** Sends many events in a connection. */
function whileEventsCome(root: KgsmRoot, during: () => Promise<void>): Promise<void> {
  const send = async (from: number, to: number): Promise<void> => {
    const events = Array.from({ length: to - from }, (_, n) =>
      kgsmEvent('instance_version_updated', 'mc-1', { NewVersion: `1.${from + n}` }),
    );
    await root.sendText(events.join(''));
  };
  return whileSending({ perSecond: EVENTS_A_SECOND, everyMs: SENDING_MS }, send, during);
}
