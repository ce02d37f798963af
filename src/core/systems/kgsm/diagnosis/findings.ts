import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { oneLine, text, type Text } from '../../../model/text.ts';
import type { Finding, Fix } from '../../diagnosis.ts';
import { applyChange, type ConfigChange, type ConfigSwitch, type EventConfig } from './eventConfig.ts';

type Outcome = Finding['outcome'];

export function finding(outcome: Outcome, title: Text, detail?: Text, fix?: Fix): Finding {
  return { title, outcome, ...(detail ? { detail } : {}), ...(fix ? { fix } : {}) };
}

/** Changes to KGSM's configuration as an offer: the question names the file, each key, and what it was and will be. */
export function changeFix(
  config: EventConfig,
  changes: readonly ConfigChange[],
  title: Text,
  caution?: Text,
): Fix | undefined {
  const [first, ...more] = changes.map(changeInWords);
  if (!first) return undefined;
  const all = more.reduce((before, next) => text('{0}\n{1}', before, next), first);
  const file = oneLine(config.file);
  const detail = text('In {0}:\n{1}', file, all);
  return {
    title,
    question: {
      message: text('Change the configuration of KGSM?'),
      detail: caution ? text('{0}\n\n{1}', detail, caution) : detail,
      action: text('Change'),
    },
    async apply(signal) {
      for (const change of changes) await applyChange(config, change, signal);
      return text('{0} was changed. KGSM reads it with its next command.', file);
    },
  };
}

function changeInWords({ key, from, to }: ConfigChange): Text {
  const now = oneLine(to);
  return from === undefined
    ? text('{0} is added: {1}', key, now)
    : text('{0}: {1} becomes {2}', key, from === '' ? text('nothing') : oneLine(from), now);
}

/** Says which value a switch that is off has. */
export function offInWords(file: string, { key, value, yes }: ConfigSwitch): Text {
  if (value === undefined) return text('{0} is not in {1}; KGSM wants {2}.', key, oneLine(file), yes);
  if (value === `${yes}\r`) {
    return text(
      'The line of {0} in {1} ends as on Windows; KGSM takes the carriage return for a part of the value.',
      key,
      oneLine(file),
    );
  }
  return text('{0} is {1} in {2}; KGSM wants {3}.', key, oneLine(value, 60), oneLine(file), yes);
}

/** Looks for the programs that KGSM uses. It looks with our own search path, which may differ from KGSM's. */
export async function* lookForPrograms(names: readonly string[]): AsyncGenerator<Finding, void> {
  for (const name of names) {
    const place = await findProgram(name);
    yield place === undefined
      ? finding(
          'wrong',
          text('{0} is installed', name),
          text('It was not found. KGSM needs it for its events, and loses them without it.'),
        )
      : finding('fine', text('{0} is installed', name), text('{0}', oneLine(place)));
  }
}

/** Path of a program that a command line would find. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    // A relative entry of PATH depends on the current folder and names no installation.
    if (!isAbsolute(directory)) continue;
    const place = join(directory, name);
    try {
      await access(place, constants.X_OK);
      if ((await stat(place)).isFile()) return place;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
