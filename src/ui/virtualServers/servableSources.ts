import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FileType, l10n, workspace, type Uri } from 'vscode';
import type { Recording } from '../../core/journal/store/recordings.ts';
import { oneLine } from '../../core/model/text.ts';
import { liveTimeline } from '../../core/model/event.ts';
import { rangeQuery } from '../../core/playback/recording/recordingQuery.ts';
import { fileNameOf } from '../../core/playback/recording/recordingTexts.ts';
import { servableParts, type ServablePart } from '../../core/playback/serving/servableParts.ts';
import { insertValue } from '../../core/journal/query/complete.ts';
import { nameOfFile } from '../fileNames.ts';
import { exportQuery } from '../recordings/exportEvents.ts';
import { shownName } from '../recordings/recordingWords.ts';
import type { Runtime } from '../runtime.ts';

/** Largest file of a file system that can only be read whole. */
const maxWholeBytes = 64 * 1024 * 1024;
/** Messages that a server sent unasked; see `isUnasked`. */
const unasked = 'channel:(push,metric,log) direction:in -is:truncated';

/** A recording that may be served. */
export interface ServableSource {
  /** Id of the recording, or address of the file. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly parts: (signal: AbortSignal) => Promise<readonly ServablePart[]>;
  /** A file on this machine with at least the events of one part; the folder goes later. */
  readonly file: (part: ServablePart, folder: string, signal: AbortSignal) => Promise<string>;
}

/** A recording of the journal. */
export function journalSource(runtime: Runtime, recording: Recording): ServableSource {
  const { journals, connections } = runtime;
  const range = rangeQuery(recording);
  const nameOf = (connection: string): string => connections.get(connection)?.settings.name ?? connection;
  return {
    id: recording.id,
    name: shownName(recording),
    async parts() {
      const store = await journals.store(liveTimeline);
      const handle = await store.query(`${range} ${unasked}`);
      try {
        const found = await handle.values('connection');
        const parts = found.map(async ({ value: connection, count: messages }) => {
          const one = await store.query(`${range} ${unasked} ${onlyOf(connection)}`);
          try {
            const { rows } = await one.rows({ anchor: 'oldest', direction: 'newer', count: 1 });
            return rows.map(({ system }) => ({ system, connection, name: nameOf(connection), messages }));
          } finally {
            one.close();
          }
        });
        return (await Promise.all(parts)).flat();
      } finally {
        handle.close();
      }
    },
    async file({ connection }, folder, signal) {
      const path = join(folder, `${fileNameOf(recording.name)}.gsops.ndjson`);
      await exportQuery(runtime, { query: `${range} ${onlyOf(connection)}`, path, nameOf, signal });
      return path;
    },
  };
}

function onlyOf(connection: string): string {
  return `connection:(${insertValue(connection)})`;
}

/** A file with events, wherever it is. */
export function fileSource({ systems }: Runtime, uri: Uri): ServableSource {
  const name = oneLine(nameOfFile(uri), 80);
  return {
    id: uri.toString(),
    name,
    async parts(signal) {
      const plainSystem = systems.ids[0] ?? '';
      if (uri.scheme === 'file') {
        if (!(await stat(uri.fsPath)).isFile()) throw new Error(l10n.t('it is no file'));
        return servableParts({ content: createReadStream(uri.fsPath), plainSystem, name, signal });
      }
      return servableParts({ content: Readable.from([await readWhole(uri)]), plainSystem, name, signal });
    },
    async file(_part, folder) {
      if (uri.scheme === 'file') return uri.fsPath;
      const path = join(folder, fileNameOf(name));
      await writeFile(path, await readWhole(uri), { mode: 0o600 });
      return path;
    },
  };
}

async function readWhole(uri: Uri): Promise<Buffer> {
  const { size, type } = await workspace.fs.stat(uri);
  if ((type & FileType.File) === 0) throw new Error(l10n.t('it is no file'));
  if (size > maxWholeBytes)
    throw new Error(
      l10n.t('files of “{0}” are read up to {1} MB; save it on this machine first', uri.scheme, 64),
    );
  return Buffer.from(await workspace.fs.readFile(uri));
}
