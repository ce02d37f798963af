import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../core/model/clock.ts';
import { compileText } from '../core/journal/compileText.ts';
import { inProcessBackend } from '../core/journal/store/inProcessBackend.ts';
import { JournalStore } from '../core/journal/store/journalStore.ts';
import { defaultLimits } from '../core/journal/store/retention.ts';
import { journalIn, type JournalPlace } from './journalPlace.ts';

/** Opens a journal for writing, made where there is none. Rejects where it can only be kept in memory. */
export async function openJournal(file: string): Promise<JournalStore> {
  const store = await JournalStore.open({
    path: resolve(file),
    software: 'gsops',
    limits: defaultLimits,
    clock: systemClock,
    backend: inProcessBackend(compileText),
  });
  const { durable, message = '' } = store.status;
  if (durable) return store;
  await store.close();
  throw new Error(`${file} cannot be used: ${message}`);
}

/** Opens a journal that must be there. */
export async function openExistingJournal(place: JournalPlace): Promise<JournalStore> {
  const file = place.kind === 'file' ? place.file : journalIn(place.folder);
  if (existsSync(file)) return openJournal(file);
  const cure =
    place.kind === 'file'
      ? `gsops watch … --journal ${file} makes one.`
      : place.own
        ? 'gsops watch makes it; --storage <folder> opens that of the extension, --journal <file.db> another one.'
        : 'The folder must be the storage of the extension ($GSOPS_STORAGE in a terminal of VS Code).';
  throw new Error(`There is no journal ${file}. ${cure}`);
}
