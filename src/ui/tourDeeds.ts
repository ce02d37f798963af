import { commands } from 'vscode';
import { deedsIn, type Deed } from '../core/model/deeds.ts';
import { contextKeys } from './contributions/ids.ts';
import type { Runtime } from './runtime.ts';

/** Tells the walkthrough what was truly done; nothing is told twice. */
export function followDeeds({ scope, pipeline, window }: Runtime): void {
  const open = new Set<Deed>(['connected', 'operated']);
  const end = pipeline.subscribe('tour', ({ timeline, before, fleet }) => {
    if (open.size === 0) return;
    for (const deed of deedsIn(timeline, before, fleet, window))
      if (open.delete(deed)) void commands.executeCommand('setContext', contextKeys[deed], true);
  });
  scope.defer(end);
}
