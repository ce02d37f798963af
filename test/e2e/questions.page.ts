import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Workbench } from '../harness/workbench.ts';
import { recordedNight } from './night/recording.ts';

const file = 'night.gsops.ndjson';
const EVENTS = 100_000;
/** A machine that two workbenches share reads so many events in half a minute. */
const OPENED_LIMIT_MS = 180_000;

/** A question of the documentation, with the picture that shows its answer. */
export interface Question {
  readonly heading: string;
  readonly query: string;
  readonly picture: string;
}

/** The questions as the documentation has them. */
export function questionsOf(page: string): readonly Question[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      heading: /^.*/.exec(section)?.[0] ?? '',
      query: /```text\n(.*)\n```/.exec(section)?.[1] ?? '',
      picture: /!\[[^\]]+\]\((.*)\)/.exec(section)?.[1] ?? '',
    }));
}

export const filterOf = (frame: FrameLocator): Locator =>
  frame.getByRole('combobox', { name: 'Filter events' });
export const rowsOf = (frame: FrameLocator): Locator =>
  frame.getByRole('grid', { name: 'Events' }).locator('.rows').getByRole('row');

/** Opens the recording of the night in its editor. */
export async function openNight(wb: Workbench): Promise<void> {
  writeFileSync(join(wb.workspace, file), await recordedNight(EVENTS));
  await wb.openView('Explorer');
  await wb.treeItem(file).dblclick();
  await wb
    .editorFrame()
    .getByText(/^100,000 events( ·|$)/)
    .waitFor({ timeout: OPENED_LIMIT_MS });
  await wb
    .editorFrame()
    .getByText(/^Recording .* Recorded from/)
    .waitFor();
}

/** The row at a position from above: elements are used again, so their order says nothing. */
export const rowAt = (frame: FrameLocator, position: number): Locator =>
  frame.locator(`.row[aria-rowindex="${String(position + 2)}"]`);

/** Cells of the rows that are shown, with these classes, as they stand at one moment. Marks before the words are left out. */
export async function cellsOf(
  frame: FrameLocator,
  ...columns: readonly string[]
): Promise<readonly string[]> {
  return frame
    .locator('.rows .row')
    .evaluateAll(
      (rows: readonly PageRow[], names) =>
        rows
          .toSorted((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
          .map((row) =>
            names
              .map(
                (name) =>
                  row
                    .querySelector(`.cell.${name}`)
                    ?.innerText.replace(/^[\s\uE000-\uF8FF]*(emitted)?\s*/, '') ?? '',
              )
              .join(' · '),
          ),
      columns,
    );
}

/** Parts of a row that are read in the page: the types of the browser are not those of Node. */
interface PageRow {
  readonly ariaRowIndex: string | null;
  querySelector(selector: string): { readonly innerText: string } | null;
}

/** Asks for a query by its keys alone, from anywhere in the page. */
export async function ask(wb: Workbench, query: string): Promise<void> {
  const frame = wb.editorFrame();
  await wb.page.keyboard.press('/');
  await wb.page.keyboard.type(query);
  await expect.poll(() => filterOf(frame).inputValue()).toBe(query);
  await wb.page.keyboard.press('Enter');
}

/** Picture of the editor alone, which is kept in the documentation where that is asked for. */
export async function picture(wb: Workbench, name: string): Promise<string> {
  return wb.screenshot(name, await wb.page.locator('.part.editor').boundingBox());
}
