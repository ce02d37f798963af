import type { window } from 'vscode';

const shown = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const;

type Method = (typeof shown)[number] | 'showQuickPick' | 'showInputBox';

/** In the place of what VS Code shows: notes messages and questions, and answers as somebody who closes them, unless told otherwise. */
export class Said implements Disposable {
  /** Messages, the latest last; questions are not among them. */
  messages: string[] = [];
  /** Buttons of the latest message. */
  buttons: readonly string[] = [];
  /** Modal questions, lists and lines to type. */
  questions = 0;
  /** Takes the first of a list, the text that stands there, and the first button of a modal question. */
  agrees = false;
  readonly #window: Record<Method, unknown>;
  readonly #real = new Map<Method, unknown>();

  constructor(vscodeWindow: typeof window) {
    this.#window = vscodeWindow;
    for (const method of shown)
      this.#replace(method, (message: string, ...items: readonly unknown[]) => {
        const [options] = items;
        const buttons = items.filter((item): item is string => typeof item === 'string');
        if (typeof options === 'object' && options !== null && 'modal' in options) {
          this.questions++;
          return Promise.resolve(this.agrees ? buttons[0] : undefined);
        }
        this.messages.push(message);
        this.buttons = buttons;
        return Promise.resolve(undefined);
      });
    this.#replace('showQuickPick', async (items: readonly unknown[] | Promise<readonly unknown[]>) => {
      this.questions++;
      const [first] = await items;
      return this.agrees ? first : undefined;
    });
    this.#replace('showInputBox', ({ value }: { readonly value?: string } = {}) => {
      this.questions++;
      return Promise.resolve(this.agrees ? (value ?? '') : undefined);
    });
  }

  forget(): void {
    this.messages = [];
    this.buttons = [];
    this.questions = 0;
  }

  [Symbol.dispose](): void {
    for (const [method, real] of this.#real) this.#window[method] = real;
  }

  #replace(method: Method, instead: unknown): void {
    this.#real.set(method, this.#window[method]);
    this.#window[method] = instead;
  }
}
