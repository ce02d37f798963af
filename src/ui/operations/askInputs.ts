import { l10n, window } from 'vscode';
import type { Session } from '../../core/systems/session.ts';
import { ReasonedError } from '../../core/model/reasonedError.ts';
import { errorWords, oneLine } from '../../core/model/text.ts';
import type { ConnectionSettings } from '../../core/systems/settings.ts';
import type {
  Input,
  InputChoice,
  InputContext,
  OperationInput,
  Suggestion,
} from '../../core/systems/operation.ts';
import { showError, showInformation } from '../showMessage.ts';
import { translate } from '../translate.ts';
import { severityOf } from './questions.ts';

/** Time in which a program has to list the choices. */
const optionsWithinMs = 30_000;

/** Context of the inputs of one operation. */
interface AskedContext extends Pick<InputContext<ConnectionSettings>, 'settings' | 'instance' | 'session'> {
  /** Choices and values from another window, where that one captures the connection. */
  readonly elsewhere?: {
    choices(field: string, given: OperationInput, signal: AbortSignal): Promise<readonly InputChoice[]>;
    firstValue(field: string, given: OperationInput, signal: AbortSignal): Promise<string>;
  };
}

/** Asks for what an operation needs, one thing after another; nothing where the user turned back. */
export async function askInputs(
  title: string,
  inputs: readonly Input<ConnectionSettings>[],
  context: AskedContext,
): Promise<OperationInput | undefined> {
  let given: OperationInput = {};
  for (const [i, input] of inputs.entries()) {
    if (input.when?.(given) === false) continue;
    const numbered = inputs.length > 1 ? `${title} (${String(i + 1)}/${String(inputs.length)})` : title;
    const signal = AbortSignal.timeout(optionsWithinMs);
    const value = await askInput(numbered, input, { ...context, given, signal });
    if (value === undefined) return undefined;
    given = { ...given, [input.field]: value };
  }
  return given;
}

async function askInput(
  title: string,
  input: Input<ConnectionSettings>,
  context: InputContext<ConnectionSettings> & AskedContext,
): Promise<string | undefined> {
  if ('check' in input && input.suggestions)
    return suggest(title, input, input.suggestions(context), context.session);
  if ('check' in input) {
    return window.showInputBox({
      title,
      prompt: translate(input.prompt),
      placeHolder: translate(input.placeholder),
      value: (await firstValueOf(input, context)) ?? '',
      ignoreFocusOut: true,
      validateInput: (value) => {
        const wrong = input.check(value, context.session);
        return wrong && { message: translate(wrong), severity: severityOf(value) };
      },
    });
  }
  const found = await optionsOf(input, context);
  if (!found) return undefined;
  if (found.length === 0) {
    showInformation(translate(input.none));
    return undefined;
  }
  const items = found.map((choice) =>
    typeof choice === 'string'
      ? { label: oneLine(choice, 200), value: choice }
      : {
          label: translate(choice.label),
          value: choice.value,
          ...(choice.detail ? { detail: translate(choice.detail) } : {}),
        },
  );
  const placeHolder = translate(input.prompt);
  return (await window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.value;
}

/** The value that stands in the field at first. */
async function firstValueOf(
  input: LineInput,
  context: InputContext<ConnectionSettings> & AskedContext,
): Promise<string | undefined> {
  if (!input.value) return undefined;
  const { elsewhere, given, signal } = context;
  return elsewhere ? elsewhere.firstValue(input.field, given, signal) : input.value(context);
}

/** The choices; nothing where they could not be listed, which the user was told. */
async function optionsOf(
  input: PickInput,
  context: InputContext<ConnectionSettings> & AskedContext,
): Promise<readonly InputChoice[] | undefined> {
  const { elsewhere, given, signal } = context;
  try {
    return await (elsewhere ? elsewhere.choices(input.field, given, signal) : input.options(context));
  } catch (error) {
    const words = error instanceof ReasonedError ? translate(error.text) : errorWords(error);
    showError(l10n.t('There is nothing to choose from, because it could not be listed: {0}', words));
    return undefined;
  }
}

type PickInput = Extract<Input<ConnectionSettings>, { options(context: never): unknown }>;
type LineInput = Extract<Input<ConnectionSettings>, { check(value: string): unknown }>;

/** A line with what is mostly wanted below it; what is typed stands first, as long as it can be. */
function suggest(
  title: string,
  input: LineInput,
  suggestions: readonly Suggestion[],
  session: Session | undefined,
): Promise<string | undefined> {
  const box = window.createQuickPick();
  box.title = title;
  box.placeholder = translate(input.prompt);
  box.ignoreFocusOut = true;
  box.matchOnDetail = true;
  const offered = suggestions.map((each) =>
    typeof each === 'string' ? { label: each } : { label: each.value, detail: translate(each.detail) },
  );
  const known = new Set(offered.map(({ label }) => label));
  const fill = (typed: string): void => {
    const wrong = typed === '' ? undefined : input.check(typed, session);
    const own = typed === '' || known.has(typed) ? [] : [{ label: typed, alwaysShow: true }];
    const said = wrong ? [{ label: typed, description: translate(wrong), alwaysShow: true }] : own;
    box.items = [...said, ...offered];
  };
  fill('');
  box.onDidChangeValue(fill);
  return new Promise((resolve) => {
    box.onDidAccept(() => {
      const value = box.selectedItems[0]?.label ?? box.value;
      if (value === '' || input.check(value, session)) return;
      resolve(value);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
  });
}
