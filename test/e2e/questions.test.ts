import type { FrameLocator } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { barriersIn } from '../harness/axe.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { keepPicture } from '../harness/pictures.ts';
import { ask, cellsOf, filterOf, openNight, picture, questionsOf, rowAt, rowsOf } from './questions.page.ts';

const workbench = useWorkbench({ mode: 'installed', viewport: { width: 1280, height: 800 } });
beforeAll(() => openNight(workbench()), 300_000);

const failedStart = /operation\.finished.*Server 'survival' did not start: port 19132 is in use/s;

describe('a recording of 100,000 events', () => {
  it('leads by keys alone to a failed start, its cause, the good one before, out, in, and back', async () => {
    const wb = workbench();
    const { keyboard } = wb.page;
    const editor = wb.editorFrame();
    const detail = editor.getByRole('region', { name: 'Event detail' });
    const selected = editor.locator('.row.focused[aria-selected=true]');
    let presses = 0;
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await keyboard.press(key);
      presses += keys.length;
    };

    await press('/', 'f');
    await editor.getByRole('option', { name: /is:failed/ }).waitFor();
    await press('Tab', ' ', 's', 'u', 'r', 'Control+ArrowDown');
    await expect.poll(() => rowsOf(editor).count()).toBe(3);
    await press('ArrowDown');
    await selected.filter({ hasText: failedStart }).waitFor();
    expect(presses).toBeLessThan(10);

    await press('Enter');
    await detail.getByText('+1.860 s after its cause').waitFor();
    await press('Enter', ']', ']', ']');
    const related = detail.getByRole('listitem');
    await expect.poll(() => related.count()).toBe(8);
    const chain = await related.allInnerTexts();
    expect(chain[0]).toMatch(/operation\.asked.*Starting survival/s);
    expect(chain[1]).toMatch(/POST \/api\/server\/\{server\}\/start/);
    expect(chain[5]).toMatch(/after_server_start.*port 19132/s);
    await wb.screenshot('questions-related-dark');

    await ask(wb, 'type:operation.finished instance:survival');
    await expect.poll(() => rowsOf(editor).count()).toBe(2);
    await selected.filter({ hasText: failedStart }).waitFor();
    await press('Control+ArrowDown', 'Control+ArrowUp', 'Control+ ', 'Control+ArrowDown');
    await editor.getByText('2 selected').waitFor();
    await press('Enter', '[');
    await detail.getByRole('tab', { name: 'Changes', selected: true }).waitFor();
    await detail.getByText('"succeeded" → "failed"').waitFor();
    await wb.screenshot('questions-changes-dark');

    await wb.openPalette();
    await keyboard.type('Game Servers: Export Events');
    await wb.activeQuickItem('Game Servers: Export Events').waitFor();
    await press('Enter');
    await wb.activeQuickItem('Selected').waitFor();
    await press('Enter');
    await wb.activeQuickItem('As They Are').waitFor();
    await press('Enter');
    await wb.asked('Export into Which File?');
    await expect.poll(() => wb.quickInput.inputValue()).toContain('selected-events.gsops.ndjson');
    await press('Enter');
    await wb.toasts('2 events were exported into selected-events.gsops.ndjson.').waitFor();
    await press('Control+Shift+e');
    await wb.treeItem('selected-events.gsops.ndjson').waitFor();
    await press('End', 'Enter');
    await editor.getByText('Recording ‘selected-events.gsops.ndjson’').waitFor();
    await wb.screenshot('questions-exported-dark');
    await expect
      .poll(() => cellsOf(editor, 'connection', 'instance', 'summary'))
      .toEqual([
        "Bedrock · survival · Server 'survival' process started.",
        "Bedrock · survival · Server 'survival' did not start: port 19132 is in use by process 4711.",
      ]);

    await press('Control+PageUp');
    await editor.getByText('Recording ‘night.gsops.ndjson’').waitFor();
    await selected.filter({ hasText: failedStart }).waitFor();
    await detail.getByText('"succeeded" → "failed"').waitFor();
    await wb.screenshot('questions-back-dark');
    const exported = wb.page.getByRole('tab', { name: /selected-events/ });
    await exported.click({ button: 'middle' });
    await exported.waitFor({ state: 'detached' });
    await keyboard.press('Control+b');
  });
});

const survivalFailed = "Server 'survival' did not start: port 19132 is in use by process 4711.";
const emitted = 'satisfactory · test-bot joined';

interface Answer {
  /** Instance and summary of each row. */
  readonly rows: readonly string[];
  /** Goes where the rest of the answer stands. */
  readonly look?: (editor: FrameLocator) => Promise<void>;
}

/** Opens the payload of a row. */
async function openPayload(editor: FrameLocator, row: number): Promise<void> {
  await rowAt(editor, row).click();
  await editor.getByRole('tab', { name: 'Payload' }).click();
}

const answers: Readonly<Record<string, Answer>> = {
  'Which servers crashed last night?': {
    rows: [
      'valheim · Crashed with exit code 139, restart 1',
      'ark-island · Crashed with exit code 137, restart 1',
      'ark-island · Crashed with exit code 137, restart 2',
      'rust-eu · Crashed with exit code 134, restart 1',
      'creative · Ended by itself and was started again: process 5120 instead of 4711',
    ],
  },
  'Why did survival not start this morning?': {
    rows: [
      `survival · Was not started: ${survivalFailed}`,
      `survival · Start survival: ${survivalFailed}`,
      `survival · ${survivalFailed}`,
    ],
    look: async (editor) => {
      await rowAt(editor, 2).click();
      await editor.getByRole('tab', { name: 'Related (8)' }).click();
      await editor.getByRole('listitem').nth(7).waitFor();
    },
  },
  'What did the update of factorio change?': {
    rows: [
      'factorio · Update available: 2.0.47 → 2.0.55',
      'factorio · Update started',
      'factorio · Version 2.0.47 → 2.0.55',
      'factorio · Update finished',
      'factorio · Updated',
    ],
    look: async (editor) => {
      await openPayload(editor, 2);
      await editor.getByRole('treeitem', { name: /OldVersion: "2.0.47"/ }).waitFor();
      await editor.getByRole('treeitem', { name: /NewVersion: "2.0.55"/ }).waitFor();
    },
  },
  'Which call was slowest?': {
    rows: [
      "creative · Answered 202: Start operation for server 'creative' initiated in background.22 ms",
      "survival · Answered 202: Start operation for server 'survival' initiated in background.22 ms",
      "creative · Answered 202: Start operation for server 'creative' initiated in background.22 ms",
      'survival · Answered 20084 ms',
      'creative · Answered 2001.3 s',
      'survival · Answered 20048.2 s',
      '– · Answered 2009.1 s',
      'lobby · Answered 2000.1 s',
      "survival · Answered 202: Start operation for server 'survival' initiated in background.22 ms",
    ],
    look: async (editor) => {
      await editor.getByRole('button', { name: 'Statistics' }).click();
      const slowest = editor.getByRole('list', { name: 'Slowest calls' });
      await expect
        .poll(() => slowest.getByRole('listitem').first().innerText())
        .toMatch(/^POST .*\/world\/export\s+48(\.\d)? s$/);
      await slowest.scrollIntoViewIfNeeded();
    },
  },
  'Who was on ark-island when it crashed?': {
    rows: [
      'ark-island · Hallgerd joined',
      'ark-island · Otso joined',
      'ark-island · Otso left',
      'ark-island · Crashed with exit code 137, restart 1',
      'ark-island · Hallgerd joined',
      'ark-island · Crashed with exit code 137, restart 2',
      'ark-island · Failed with exit code 137 after 3 restarts',
    ],
  },
  'Which backup began and was never made?': {
    rows: [
      ...['18T20:10:00', '19T06:10:00', '19T20:10:00'].flatMap((day) => [
        'zomboid · Backup started',
        `zomboid · Backup created: zomboid-2026-11-${day}.000Z.backup`,
      ]),
      'zomboid · Backup started',
    ],
  },
  'What has Hallgerd done?': {
    rows: ['ark-island · Hallgerd joined', 'ark-island · Hallgerd joined', 'valheim · Hallgerd joined'],
    look: (editor) => openPayload(editor, 1),
  },
  'Which events do not look as they should?': {
    rows: ['satisfactory · Version 1.0 → 11', 'rust-eu · 3 backups deleted, 5 kept'],
    look: async (editor) => {
      await openPayload(editor, 0);
      await editor.getByRole('list', { name: 'Problems' }).getByText('Data.NewVersion').waitFor();
    },
  },
  'What did my bot send, and did it arrive?': { rows: [emitted, emitted, emitted, emitted] },
  'When did I hear nothing?': {
    rows: ['– · Attic could not be heard for 4 minutes', '– · NAS could not be heard for 11 minutes'],
  },
};

describe('the questions of the documentation', () => {
  const questions = questionsOf('questions.md');

  beforeAll(async () => {
    const wb = workbench();
    await wb.page.setViewportSize({ width: 1280, height: 480 });
  });

  it('all have an answer', () => {
    expect(questions.map(({ heading }) => heading)).toEqual(Object.keys(answers));
  });

  it.each(questions)('$heading', async ({ heading, query, picture: file }) => {
    const wb = workbench();
    const editor = wb.editorFrame();
    const { rows = [], look } = answers[heading] ?? {};
    await editor.getByRole('grid', { name: 'Events' }).press('Escape');
    await filterOf(editor).fill(query);
    await expect.poll(() => cellsOf(editor, 'instance', 'summary')).toEqual(rows);
    await look?.(editor);
    keepPicture(await picture(wb, file.replace('/', '-').replace('.png', '')), `docs/${file}`);
  });
});

describe('an inspector in an editor', () => {
  it('has no barriers that axe knows, for a recording and in a tab', async () => {
    const wb = workbench();
    const editor = wb.editorFrame();
    await wb.page.setViewportSize({ width: 1280, height: 800 });
    await editor.getByRole('grid', { name: 'Events' }).press('Escape');
    await filterOf(editor).fill('is:failed survival');
    await expect.poll(() => rowsOf(editor).count()).toBe(3);
    await rowAt(editor, 2).click();
    await editor.getByRole('tab', { name: 'Related (8)' }).click();
    expect(wb.cspViolations).toEqual([]);
    expect(await barriersIn(wb, wb.editorFrame())).toEqual([]);
    await wb.command('Game Servers: Open Event Inspector in Editor Tab');
    await wb.page.getByRole('tab', { name: /^Event Inspector/, selected: true }).waitFor();
    await filterOf(wb.editorFrame()).waitFor();
    expect(await barriersIn(wb, wb.editorFrame())).toEqual([]);
    await wb.screenshots('inspector-tab');
    await wb.page.keyboard.press('Control+w');
  });

  it.each([
    ['2560 pixels', 2560, 1200, 1],
    ['300 pixels', 358, 800, 1],
    ['zoom of 200 %', 640, 400, 2],
  ] as const)('fits %s', async (name, width, height, deviceScaleFactor) => {
    const wb = workbench();
    const client = await wb.page.context().newCDPSession(wb.page);
    await wb.page.setViewportSize({ width, height });
    await client.send('Emulation.setDeviceMetricsOverride', {
      ...{ width, height, deviceScaleFactor },
      mobile: false,
    });
    const editor = wb.editorFrame();
    await filterOf(editor).waitFor();
    await expect.poll(() => cutOff(editor)).toEqual([]);
    await wb.screenshots(`inspector-editor-${name}`);
    await client.send('Emulation.clearDeviceMetricsOverride');
  });

  it('has its outlines in high contrast, and no barriers', async () => {
    const wb = workbench();
    await wb.page.setViewportSize({ width: 1280, height: 800 });
    await wb.setHighContrast();
    await wb.screenshot('inspector-editor-contrast');
    expect(await barriersIn(wb, wb.editorFrame())).toEqual([]);
  });
});

/** Controls whose end lies beyond the page, where nobody reaches them. */
async function cutOff(editor: FrameLocator): Promise<readonly string[]> {
  const page = await editor.owner().boundingBox();
  // The head of the rows is as wide as they are, and moves with them; tabs are scrolled.
  const controls = editor.locator('button:not(.head *, [role=tab]), [role=combobox]');
  const beyond = await Promise.all(
    (await controls.filter({ visible: true }).all()).map(async (control) => {
      const box = await control.boundingBox();
      return box && page && box.x + box.width > page.x + page.width + 1 ? [await control.innerText()] : [];
    }),
  );
  return beyond.flat();
}
