/** A sentence for people: an English template with `{0}` places and what goes there. The ui translates the template. */
export interface Text {
  readonly template: string;
  readonly args: readonly TextArgument[];
}

/** Another Text as an argument is translated on its own. */
export type TextArgument = string | number | Text;

/** Makes a Text; the template is the key of its translation, so it must be a literal. */
export function text(template: string, ...args: TextArgument[]): Text {
  return { template, args };
}

/** A Text of each template, for the rows of tables; the templates must be literals too. */
export function texts<const T extends readonly string[]>(...templates: T): { readonly [I in keyof T]: Text } {
  return templates.map((template) => text(template)) as { readonly [I in keyof T]: Text };
}

/** Whether something read from outside has the form of a Text; its template may be from another version of us. */
export function isText(value: unknown): value is Text {
  return (
    typeof value === 'object' &&
    value !== null &&
    'template' in value &&
    typeof value.template === 'string' &&
    'args' in value &&
    Array.isArray(value.args) &&
    value.args.every((arg) => typeof arg === 'string' || typeof arg === 'number' || isText(arg))
  );
}

/** Two sentences; a full stop is put between them where the first has no end of its own. */
export function sentences(first: Text, second: Text): Text {
  return /[.!?…]$/.test(english(first)) ? text('{0} {1}', first, second) : text('{0}. {1}', first, second);
}

/** Words from outside for the midst of a sentence: without a full stop of their own. */
export function unstopped(words: string): string {
  return words.replace(/[.\s]+$/, '');
}

/** The words of something that was thrown, safe for one line. */
export function errorWords(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error), 200);
}

/** The words of something that was thrown: those for people, where it is a typed error that has them. */
export function errorText(error: unknown): Text {
  if (typeof error === 'object' && error !== null && 'text' in error) return error.text as Text;
  return text('{0}', errorWords(error));
}

/** The English form, for terminals and logs, where nothing is translated. */
export function english(message: Text): string {
  return message.template.replace(/\{(\d+)\}/g, (place, index: string) => {
    const value = message.args[Number(index)];
    if (value === undefined) return place;
    return typeof value === 'object' ? english(value) : String(value);
  });
}

/**
 * Makes text from outside safe for one line of a log, a label or a terminal: control characters and the
 * direction marks that could disguise what stands there become visible escapes.
 */
export function oneLine(value: string, maxLength = 500): string {
  const cut = value.length > maxLength ? `${value.slice(0, maxLength)}…` : value;
  return cut.replace(
    // eslint-disable-next-line no-control-regex -- control characters are the very thing that is looked for
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => {
      if (c === '\n') return '\\n';
      if (c === '\r') return '\\r';
      if (c === '\t') return '\\t';
      return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
}
