import type { Disposable, Uri } from 'vscode';
import type { RecordingNotice } from '../../rpc/inspector.ts';

/** The timeline that an inspector shows: the one on screen everywhere, or that of a file. */
export interface ShownTimeline {
  readonly id: string;
  /** Name of the replay or the file; undefined for what is live. */
  readonly label: string | undefined;
  /** Of a file: the file, how far it is read, and names of its connections. */
  readonly uri?: Uri;
  readonly notice?: RecordingNotice;
  nameOf?(connection: string): string | undefined;
  onDidChange(listener: () => void): Pick<Disposable, 'dispose'>;
}
