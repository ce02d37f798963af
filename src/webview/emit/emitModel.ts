import type {
  EmitDraft,
  EmitForm,
  EmitOutcome,
  EmitPreview,
  EmitSeries,
  EmitShelf,
  EmitType,
} from '../../rpc/inspectorEmit.ts';
import { checkJson } from '../base/jsonCheck.ts';
import type { Link } from '../base/link.ts';
import type { JsonSchema } from './schemaFields.ts';

/** Typing rests so long before the bytes that go out are shown anew. */
const previewRestMs = 150;

/** State of the emit form and its conversation with the host; every change is told through one callback. */
export class EmitModel {
  form: EmitForm | null = null;
  type: EmitType | null = null;
  text = '';
  /** Schema of the type, null where none is chosen. */
  schema: JsonSchema | null = null;
  example = '';
  readonly targets = new Set<string>();
  outcomes: readonly EmitOutcome[] = [];
  /** Seqs of echoes by the correlation of their emission. */
  readonly echoes = new Map<string, number>();
  previews: readonly EmitPreview[] = [];
  series: EmitSeries | null = null;
  isSending = false;
  /** The last request that failed, for people; empty when all is well. */
  failure = '';
  readonly #host: Link['host'];
  readonly #changed: () => void;
  /** A text is checked once, however often it is drawn. */
  #checked = { text: '', isBroken: false };
  #previewTimer: ReturnType<typeof setTimeout> | undefined;
  /** Count what is asked for: an answer that a later question overtook is of no use any more. */
  #composed = 0;
  #previewed = 0;
  /** Draft that came before the types were known. */
  #waiting: EmitDraft | null = null;

  constructor(host: Link['host'], changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  /** The message, with the type that it was begun as. */
  get draft(): EmitDraft {
    const { system = '', type = '' } = this.type ?? {};
    return { system, type, text: this.text };
  }

  /** The text is something else than JSON. */
  get isBroken(): boolean {
    if (this.#checked.text !== this.text)
      this.#checked = { text: this.text, isBroken: this.text.trim() !== '' && checkJson(this.text) !== null };
    return this.#checked.isBroken;
  }

  get isReady(): boolean {
    return this.text !== '' && this.targets.size > 0 && !this.isSending;
  }

  get isRepeating(): boolean {
    return this.series?.running === true;
  }

  /** Begins anew, with a message or with nothing. */
  begin(draft: EmitDraft | null): Promise<void> {
    this.outcomes = [];
    this.#take(draft ?? { system: '', type: '', text: '' });
    return this.loadForm();
  }

  loadForm(): Promise<void> {
    return this.#guard(async () => {
      const form = await this.#host.request('emitForm', null);
      this.form = form;
      this.series = form.series;
      const known = new Set(form.targets.map(({ id }) => id));
      for (const id of [...this.targets]) if (!known.has(id)) this.targets.delete(id);
      const [only, ...others] = form.targets;
      // The only target is meant; among several nobody may be hit by accident.
      if (only && others.length === 0) this.targets.add(only.id);
      if (this.#waiting) this.#take(this.#waiting);
      else this.type = this.#typeOf(this.draft);
      this.#refresh();
    });
  }

  /** Takes a template or a message of the history. */
  use(draft: EmitDraft): void {
    this.outcomes = [];
    this.#take(draft);
    this.#refresh();
  }

  setText(text: string): void {
    this.#waiting = null;
    this.text = text;
    this.#refresh();
  }

  setType(type: EmitType | null): void {
    this.#waiting = null;
    this.type = type;
    this.#compose();
    this.#changed();
  }

  setTarget(id: string, isChosen: boolean): void {
    if (isChosen) this.targets.add(id);
    else this.targets.delete(id);
    // Another target may have another version, and has other instances.
    this.#compose();
    this.#refresh();
  }

  async addTarget(): Promise<void> {
    await this.#guard(() => this.#host.request('run', { command: 'addTarget' }));
    await this.loadForm();
  }

  async send(): Promise<void> {
    if (!this.isReady) return;
    this.isSending = true;
    this.outcomes = [];
    this.#changed();
    await this.#guard(async () => {
      this.outcomes = await this.#host.request('emit', { ...this.draft, targets: [...this.targets] });
    });
    this.isSending = false;
    this.#changed();
  }

  async repeat(count: number, perSecond: number): Promise<void> {
    if (!this.isReady || this.isRepeating) return;
    this.outcomes = [];
    await this.#guard(async () => {
      const targets = [...this.targets];
      const series = await this.#host.request('startSeries', { ...this.draft, targets, count, perSecond });
      if (series) this.series = series;
      this.#changed();
    });
  }

  stop(): Promise<void> {
    return this.#guard(() => this.#host.request('stopSeries', null));
  }

  saveTemplate(): Promise<void> {
    return this.#guard(() => this.#host.request('saveTemplate', this.draft));
  }

  deleteTemplate({ name, scope }: EmitForm['templates'][number]): Promise<void> {
    return this.#guard(() => this.#host.request('deleteTemplate', { name, scope }));
  }

  takeShelf(shelf: EmitShelf): void {
    if (this.form) this.form = { ...this.form, ...shelf };
    this.#changed();
  }

  takeSeries(series: EmitSeries | null): void {
    this.series = series;
    this.#changed();
  }

  takeEcho(correlation: string, seq: number): void {
    this.echoes.set(correlation, seq);
    this.#changed();
  }

  dispose(): void {
    clearTimeout(this.#previewTimer);
  }

  #take(draft: EmitDraft): void {
    this.text = draft.text;
    this.example = '';
    this.schema = null;
    this.#waiting = this.form ? null : draft;
    this.type = this.#typeOf(draft);
    this.#compose();
  }

  /** The type of a message among those on offer; templates may leave the system out. */
  #typeOf(draft: EmitDraft): EmitType | null {
    const isOf = ({ system, type }: EmitType): boolean =>
      type === draft.type && (draft.system === '' || system === draft.system);
    return this.form?.types.find(isOf) ?? null;
  }

  #refresh(): void {
    this.#changed();
    clearTimeout(this.#previewTimer);
    this.#previewTimer = setTimeout(() => void this.#preview(), previewRestMs);
  }

  /** Asks for schema and example of the type, made for the first target of its system. */
  #compose(): void {
    const { type } = this;
    const asked = ++this.#composed;
    if (!type) {
      this.schema = null;
      this.example = '';
      return;
    }
    const ofSystem = this.form?.targets.filter(({ system }) => system === type.system) ?? [];
    const target = ofSystem.find(({ id }) => this.targets.has(id)) ?? null;
    void this.#guard(async () => {
      const composed = await this.#host.request('composeMessage', {
        system: type.system,
        type: type.type,
        target: target?.id ?? null,
      });
      if (asked !== this.#composed) return;
      const before = this.example;
      this.schema = composed?.schema ?? null;
      this.example = composed?.example ?? '';
      // Text of the user is only replaced when asked for.
      if (this.text === '' || this.text === before) this.text = this.example;
      this.#refresh();
    });
  }

  async #preview(): Promise<void> {
    const asked = ++this.#previewed;
    const targets = [...this.targets];
    await this.#guard(async () => {
      const previews =
        this.text === '' || targets.length === 0
          ? []
          : await this.#host.request('emitPreview', { text: this.text, targets });
      if (asked !== this.#previewed) return;
      this.previews = previews;
      this.#changed();
    });
  }

  async #guard(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      if (this.failure === '') return;
      this.failure = '';
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.#changed();
  }
}
