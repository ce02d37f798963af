import type { window } from 'vscode';

const shown = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const;
const asking = ['showQuickPick', 'showInputBox'] as const;

type Method = (typeof shown)[number] | (typeof asking)[number];

/** In the place of what VS Code shows: notes messages and questions, and answers them as somebody who closes them. */
export class Said implements Disposable {
  /** Messages, the latest last; questions are not among them. */
  messages: string[] = [];
  /** Buttons of the latest message. */
  buttons: readonly string[] = [];
  /** Modal questions, lists and lines to type. */
  questions = 0;
  readonly #window: Record<Method, unknown>;
  readonly #real = new Map<Method, unknown>();

  constructor(vscodeWindow: typeof window) {
    this.#window = vscodeWindow;
    for (const method of shown)
      this.#replace(method, (message: string, ...items: readonly unknown[]) => {
        const [options] = items;
        if (typeof options === 'object' && options !== null && 'modal' in options) this.questions++;
        else {
          this.messages.push(message);
          this.buttons = items.filter((item): item is string => typeof item === 'string');
        }
        return Promise.resolve(undefined);
      });
    for (const method of asking)
      this.#replace(method, () => {
        this.questions++;
        return Promise.resolve(undefined);
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
