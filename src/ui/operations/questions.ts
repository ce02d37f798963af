import { InputBoxValidationSeverity, l10n, window } from 'vscode';
import type { Connection } from '../../core/connections/connection.ts';
import { machineOf } from '../../core/connections/machine.ts';
import { oneLine, text } from '../../core/model/text.ts';
import type { Question } from '../../core/systems/operation.ts';
import { agreed } from '../showMessage.ts';
import { translate } from '../translate.ts';

/** An empty field is not a mistake yet; it just cannot be accepted. */
export function severityOf(value: string): InputBoxValidationSeverity {
  return value === '' ? InputBoxValidationSeverity.Info : InputBoxValidationSeverity.Error;
}

/** The question with the machine that it is about: two windows may show servers of the same name. */
export function withHost(
  question: Question,
  connection: Pick<Connection, 'system' | 'settings'>,
  here: string,
): Question {
  const host = machineOf(connection, here);
  return { ...question, detail: text('{0} Host: {1}', question.detail, oneLine(host, 100)) };
}

/** Asks before something is done that cannot be taken back; what destroys wants its name typed. */
export async function confirmed(question: Question): Promise<boolean> {
  if (question.typed !== undefined) return typedName(question, question.typed);
  return agreed(translate(question.message), translate(question.detail), translate(question.action));
}

async function typedName({ message, detail }: Question, typed: string): Promise<boolean> {
  const answer = await window.showInputBox({
    title: translate(message),
    prompt: translate(detail),
    placeHolder: oneLine(typed, 100),
    ignoreFocusOut: true,
    // An empty field is no mistake: the question itself is read then.
    validateInput: (value) =>
      value === typed || value === '' ? undefined : l10n.t('This is not the name. {0}', translate(detail)),
  });
  return answer === typed;
}
