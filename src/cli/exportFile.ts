import { basename } from 'node:path';
import type { JournalStore } from '../core/journal/store/journalStore.ts';
import { csvTable } from '../core/playback/recording/csv.ts';
import { exportEvents, pagesOf } from '../core/playback/recording/exportEvents.ts';
import { headerOfQuery } from '../core/playback/recording/recordingHeader.ts';
import { recordingLine, type RecordingHeader } from '../core/playback/recording/recordingLines.ts';
import { writeLine } from './lines.ts';
import { ProgressBar } from './progressBar.ts';

export interface ExportWish {
  readonly journal: JournalStore;
  readonly query: string;
  /** A recording, gzipped with `.gz`, or a table with `.csv`. */
  readonly out: string;
  readonly name?: string;
  readonly connections: readonly { readonly id: string; readonly system: string; readonly name: string }[];
  readonly signal: AbortSignal;
}

const emptyHeader: RecordingHeader = { gameServerOpsRecording: 1 };

/** Writes the events that a query finds; answers how many. The file takes its name when it is whole. */
export async function exportFile(wish: ExportWish): Promise<number> {
  const { journal, query, out, connections, signal } = wish;
  const nameOf = (id: string): string => connections.find((each) => each.id === id)?.name ?? id;
  const table = /\.csv$/i.test(out) ? csvTable([], 'arrival', nameOf) : undefined;
  const handle = await journal.query(query);
  const bar = new ProgressBar();
  try {
    const newest = await handle.rows({ anchor: 'newest', direction: 'older', count: 1 });
    const facts = {
      store: journal,
      name: wish.name ?? basename(out),
      software: 'gsops',
      connections: connections.map(({ id, system }) => ({ id, system })),
      nameOf,
    };
    const head = table?.head ?? JSON.stringify((await headerOfQuery(facts, query, handle)) ?? emptyHeader);
    return await exportEvents({
      path: out,
      gzip: /\.gz$/i.test(out),
      head,
      pages: pagesOf(handle, newest.rows[0]?.seq ?? 0),
      lineOf: table?.lineOf ?? recordingLine,
      lineEnd: table ? '\r\n' : '\n',
      signal,
      onProgress: (written) => {
        bar.draw(written, newest.total);
      },
    });
  } finally {
    bar.end();
    handle.close();
  }
}

/** Says what was written: a sentence for people, or a line for programs. */
export function tellWritten(events: number, file: string, isForPrograms: boolean): void {
  if (isForPrograms) writeLine({ written: { file, events } });
  else
    process.stderr.write(`${events} ${events === 1 ? 'event was' : 'events were'} written into ${file}.\n`);
}
