import {
  InputBoxValidationSeverity,
  l10n,
  QuickInputButtons,
  ThemeIcon,
  Uri,
  window,
  type InputBox,
  type QuickPickItem,
} from 'vscode';
import type { FormAnswers, FormField } from '../../core/systems/form.ts';
import { translate } from '../translate.ts';

export const back = Symbol('back');

export interface Place {
  readonly title: string;
  readonly step: number;
  readonly total: number;
}

/** Value that the field has at first, and whether a secret is stored that an empty field keeps. */
export interface Before {
  readonly value: string | undefined;
  readonly stored?: boolean;
}

/** Asks for one field of a form. Nothing where the user left, `back` where the question before is wanted. */
export async function askField(
  field: FormField,
  given: FormAnswers,
  before: Before,
  place: Place,
): Promise<string | typeof back | undefined> {
  const first = before.value ?? (await field.suggest?.(given)) ?? '';
  return field.type === 'choice'
    ? pick(field, given, first, place)
    : type(field, given, { ...before, value: first }, place);
}

async function pick(
  field: FormField,
  given: FormAnswers,
  first: string,
  place: Place,
): Promise<string | typeof back | undefined> {
  const choices = (await field.choices?.(given)) ?? [];
  const items = choices.map(({ value, label, detail }): QuickPickItem & { value: string } => ({
    value,
    label: translate(label),
    ...(detail ? { detail: translate(detail) } : {}),
  }));
  const box = window.createQuickPick<(typeof items)[number]>();
  decorate(box, place);
  box.placeholder = translate(field.prompt);
  box.items = items;
  const active = items.find(({ value }) => value === first);
  if (active) box.activeItems = [active];
  return new Promise((resolve) => {
    box.onDidTriggerButton(() => {
      resolve(back);
      box.hide();
    });
    box.onDidAccept(() => {
      resolve(box.selectedItems[0]?.value);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
  });
}

async function type(
  field: FormField,
  given: FormAnswers,
  { value: first = '', stored = false }: Before,
  place: Place,
): Promise<string | typeof back | undefined> {
  const box = window.createInputBox();
  decorate(box, place);
  box.prompt = translate(field.prompt);
  box.password = field.type === 'secret';
  box.placeholder = stored ? l10n.t('Leave it empty to keep the stored one.') : (field.placeholder ?? '');
  box.value = first;
  const browse = { iconPath: new ThemeIcon('folder-opened'), tooltip: l10n.t('Browse…') };
  if (field.type === 'file' || field.type === 'folder') box.buttons = [...box.buttons, browse];
  let typed = 0;
  // The dialog takes the place of the box, which is no turning back.
  let browsing = false;
  /** True where the value can be taken; an answer about what was typed before is nobody's. */
  const check = async (): Promise<boolean> => {
    const mine = ++typed;
    const problem = await problemOf(field, box.value, given, stored);
    if (mine !== typed) return false;
    box.validationMessage = problem?.shown;
    return problem?.stops !== true;
  };
  return new Promise((resolve) => {
    box.onDidChangeValue(() => void check());
    box.onDidTriggerButton((button) => {
      if (button === browse) {
        browsing = true;
        void chooseFile(field, box).then(() => {
          browsing = false;
          box.show();
          return check();
        });
        return;
      }
      resolve(back);
      box.hide();
    });
    box.onDidAccept(async () => {
      box.busy = true;
      const good = await check();
      box.busy = false;
      if (!good) return;
      resolve(box.value.trim());
      box.hide();
    });
    box.onDidHide(() => {
      if (browsing) return;
      resolve(undefined);
      box.dispose();
    });
    box.show();
    if (first !== '') void check();
  });
}

interface ShownProblem {
  readonly shown: InputBox['validationMessage'];
  readonly stops: boolean;
}

async function problemOf(
  field: FormField,
  typed: string,
  given: FormAnswers,
  stored: boolean,
): Promise<ShownProblem | undefined> {
  const value = typed.trim();
  if (value === '') {
    if (field.optional === true || stored) return undefined;
    // An empty field is no mistake yet; it just cannot be accepted.
    return {
      shown: { message: l10n.t('This is needed.'), severity: InputBoxValidationSeverity.Info },
      stops: true,
    };
  }
  if (field.type === 'number' && !/^\d+$/.test(value))
    return {
      shown: { message: l10n.t('A number is needed.'), severity: InputBoxValidationSeverity.Error },
      stops: true,
    };
  const problem = await field.check?.(value, given);
  if (!problem) return undefined;
  const hint = problem.hint === true;
  return {
    shown: {
      message: translate(problem.message),
      severity: hint ? InputBoxValidationSeverity.Warning : InputBoxValidationSeverity.Error,
    },
    stops: !hint,
  };
}

async function chooseFile({ type: kind, prompt }: FormField, box: InputBox): Promise<void> {
  const folder = kind === 'folder';
  const start = box.value.startsWith('/') ? { defaultUri: Uri.file(box.value) } : {};
  const chosen = await window.showOpenDialog({
    title: translate(prompt),
    canSelectFiles: !folder,
    canSelectFolders: folder,
    openLabel: l10n.t('Choose'),
    ...start,
  });
  if (chosen?.[0]) box.value = chosen[0].fsPath;
}

function decorate(
  box: { title: string | undefined; step: number | undefined; totalSteps: number | undefined } & {
    ignoreFocusOut: boolean;
    buttons: readonly unknown[];
  },
  { title, step, total }: Place,
): void {
  box.title = title;
  box.step = step;
  box.totalSteps = total;
  box.ignoreFocusOut = true;
  if (step > 1) box.buttons = [QuickInputButtons.Back];
}
