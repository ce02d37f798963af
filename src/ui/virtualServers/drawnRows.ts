import { partRows, serverRow, type VirtualFacts } from './virtualRows.ts';

/** Rows of a virtual server as they are drawn: the text of each. */
export interface Drawing {
  readonly server: string;
  /** By their parts, in order. */
  readonly parts: ReadonlyMap<string, string>;
}

export function drawingOf(facts: VirtualFacts): Drawing {
  return {
    server: JSON.stringify(serverRow(facts)),
    parts: new Map(partRows(facts).map((row) => [row.part, JSON.stringify(row)])),
  };
}

/** The parts whose texts changed; the whole server where its own row changed, or rows came or went. */
export function changedRows(before: Drawing, now: Drawing): 'server' | readonly string[] {
  const isSame =
    before.server === now.server && [...before.parts.keys()].join() === [...now.parts.keys()].join();
  if (!isSame) return 'server';
  return [...now.parts].filter(([part, text]) => before.parts.get(part) !== text).map(([part]) => part);
}
