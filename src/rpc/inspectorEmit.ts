/** Contract of the emit form: types, targets, messages to begin with, and what became of what was sent. Plain JSON. */

export interface EmitType {
  readonly system: string;
  readonly type: string;
  readonly category: string;
  readonly description: string;
}

export interface EmitTarget {
  /** Opaque to the webview. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly system: string;
}

/** A message with the type that it is of, as far as that is known. */
export interface EmitDraft {
  readonly system: string;
  readonly type: string;
  readonly text: string;
}

export interface EmitTemplate extends EmitDraft {
  readonly name: string;
  readonly scope: 'user' | 'workspace';
}

/** A message that was sent, without its secrets. */
export interface SentMessage extends EmitDraft {
  readonly at: number;
  readonly targets: readonly string[];
}

/** Messages that the form offers to begin with. */
export interface EmitShelf {
  readonly templates: readonly EmitTemplate[];
  /** The newest first. */
  readonly history: readonly SentMessage[];
}

export interface EmitForm extends EmitShelf {
  readonly types: readonly EmitType[];
  readonly targets: readonly EmitTarget[];
  readonly series: EmitSeries | null;
}

/** A schema in JSON Schema, and an example that fits a target. */
export interface EmitComposed {
  readonly schema: Readonly<Record<string, unknown>>;
  /** A whole message, pretty-printed. */
  readonly example: string;
}

/** The bytes as they go out to a target. */
export interface EmitPreview {
  readonly target: string;
  readonly label: string;
  readonly bytes: number;
  /** Begin and end of the bytes as text; the end is empty where the begin is all. */
  readonly begin: string;
  readonly end: string;
  /** Why they cannot be sent, for people; empty where they can. */
  readonly problem: string;
}

export interface EmitOutcome {
  readonly target: string;
  readonly label: string;
  readonly ok: boolean;
  readonly message: string;
  /** Names the echo that may come through a listener of this window; empty where none is expected. */
  readonly correlation: string;
}

/** A message that is sent many times, at a rate. */
export interface EmitSeries {
  readonly count: number;
  readonly perSecond: number;
  readonly running: boolean;
  readonly targets: readonly {
    readonly id: string;
    readonly label: string;
    readonly state: 'sending' | 'done' | 'stopped' | 'failed';
    readonly sent: number;
    /** Why it failed, for people; empty elsewhere. */
    readonly problem: string;
  }[];
}

/** Limits of a series; the host refuses what is beyond them. */
export const emitLimits = { count: 100_000, perSecond: 1000, leastPerSecond: 0.01 } as const;

export interface EmitRequests {
  emitForm(params: null): Promise<EmitForm>;
  /** The whole message of an event, to emit it again; `null` where the event is gone. */
  emitDraft(params: { seq: number }): Promise<EmitDraft | null>;
  /** The form of a type for a target; `null` for a type that no catalog has. */
  composeMessage(params: {
    system: string;
    type: string;
    target: string | null;
  }): Promise<EmitComposed | null>;
  emitPreview(params: { text: string; targets: readonly string[] }): Promise<readonly EmitPreview[]>;
  emit(params: EmitDraft & { targets: readonly string[] }): Promise<readonly EmitOutcome[]>;
  /** Starts a series in the place of one that ended; `null` where the user did not agree. */
  startSeries(
    params: EmitDraft & { targets: readonly string[]; count: number; perSecond: number },
  ): Promise<EmitSeries | null>;
  stopSeries(params: null): Promise<null>;
  /** Asks for name and scope, and saves without secrets. */
  saveTemplate(params: EmitDraft): Promise<null>;
  deleteTemplate(params: Pick<EmitTemplate, 'name' | 'scope'>): Promise<null>;
}

export interface EmitNotices {
  /** Opens the emit form; with a message, the form begins with that. */
  openEmit(params: { draft: EmitDraft | null }): void;
  emitShelf(params: EmitShelf): void;
  emitSeries(params: EmitSeries | null): void;
  /** The echo of an emission is in the journal. */
  emitEcho(params: { correlation: string; seq: number }): void;
}
