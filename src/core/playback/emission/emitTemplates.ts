import { oneLine, text, type Text } from '../../model/text.ts';

/** A message to begin with, by its name in the settings. */
export interface EmitTemplate {
  readonly name: string;
  /** Id of the system; empty where the setting names none. */
  readonly system: string;
  /** Type of the catalog; empty where the setting names none. */
  readonly type: string;
  readonly text: string;
}

/** A message that was sent, without its secrets. */
export interface SentMessage {
  readonly at: number;
  readonly system: string;
  readonly type: string;
  readonly text: string;
  /** Labels of the targets. */
  readonly targets: readonly string[];
}

const maxTemplates = 50;
const maxNameLength = 60;
/** Characters of a message that are kept: settings and mementos are read whole at every start. */
export const maxKeptLength = 64_000;
/** Messages that are remembered. */
export const maxSent = 20;

/** Why a text is no name of a template; nothing where it is one. */
export function templateNameProblem(name: string): Text | undefined {
  if (name.trim() === '') return text('A name is needed.');
  if (name.length > maxNameLength) return text('A name has at most {0} characters.', maxNameLength);
  return oneLine(name) === name ? undefined : text('A name is one line of visible characters.');
}

/** Reads the setting; an entry that is none is left out and named. */
export function readTemplates(value: unknown): {
  readonly templates: readonly EmitTemplate[];
  readonly problems: readonly Text[];
} {
  if (value === undefined || value === null) return { templates: [], problems: [] };
  if (!isFields(value))
    return { templates: [], problems: [text('it must be an object of names and templates')] };
  const templates: EmitTemplate[] = [];
  const problems: Text[] = [];
  for (const [name, entry] of Object.entries(value)) {
    const shown = oneLine(name, maxNameLength);
    const problem = templateNameProblem(name);
    const message = isFields(entry) ? messageText(entry['message']) : undefined;
    if (problem) problems.push(text('"{0}": {1}', shown, problem));
    else if (!isFields(entry) || message === undefined)
      problems.push(text('"{0}": a template has a "message"', shown));
    else if (message.length > maxKeptLength)
      problems.push(text('"{0}": a message has at most {1} characters', shown, maxKeptLength));
    else if (templates.length === maxTemplates) {
      problems.push(text('more than {0} templates; the rest is left out', maxTemplates));
      break;
    } else templates.push({ name, system: word(entry['system']), type: word(entry['type']), text: message });
  }
  return { templates, problems };
}

/** The value of the setting for a template: a document that JSON keeps as it is stands there as such, any other text as text. */
export function templateValue({ system, type, text: message }: Omit<EmitTemplate, 'name'>): object {
  return {
    ...(system === '' ? {} : { system }),
    ...(type === '' ? {} : { type }),
    message: keptDocument(message) ?? message,
  };
}

/** The remembered messages with a new one, the newest first; each stands there once. */
export function rememberSent(history: readonly SentMessage[], sent: SentMessage): readonly SentMessage[] {
  if (sent.text.length > maxKeptLength) return history;
  return [sent, ...history.filter((each) => each.text !== sent.text)].slice(0, maxSent);
}

/** Reads what was remembered, whatever was stored. */
export function readSent(value: unknown): readonly SentMessage[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, maxSent).flatMap((each: unknown): SentMessage[] => {
    if (!isFields(each) || typeof each['text'] !== 'string' || typeof each['at'] !== 'number') return [];
    const targets = Array.isArray(each['targets']) ? each['targets'] : [];
    return [
      {
        at: each['at'],
        system: word(each['system']),
        type: word(each['type']),
        text: each['text'],
        targets: targets.filter((target): target is string => typeof target === 'string'),
      },
    ];
  });
}

/** The document, where nothing of it changes by being read and written: repeated keys and long numbers do. */
function keptDocument(message: string): object | undefined {
  try {
    const value: unknown = JSON.parse(message);
    const isKept = [undefined, 2].some((indent) => JSON.stringify(value, null, indent) === message);
    // Keys such as __proto__ mean something else to whoever reads the settings.
    return isKept && isFields(value) && !message.includes('__proto__') ? value : undefined;
  } catch {
    return undefined;
  }
}

function messageText(message: unknown): string | undefined {
  if (typeof message === 'string') return message;
  return isFields(message) || Array.isArray(message) ? JSON.stringify(message, null, 2) : undefined;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
