import { l10n, window } from 'vscode';
import { answersOf, entryOf, fieldsFor, formOf, type Form } from '../../core/connections/form.ts';
import { readConnection, slug } from '../../core/connections/settings.ts';
import { tryConnection } from '../../core/connections/tryConnection.ts';
import { systemClock } from '../../core/model/clock.ts';
import { text } from '../../core/model/text.ts';
import { secretKinds, type SecretReader } from '../../core/systems/session.ts';
import { type AnySystem } from '../../core/systems/system.ts';
import { type ConnectionSettings } from '../../core/systems/settings.ts';
import { type FormAnswers, type FormField } from '../../core/systems/form.ts';
import { coreLog } from '../log/log.ts';
import { showError } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import { offerPin } from './certificate.ts';
import { entryWithId, freeId, saveEntry, type Entry } from './entries.ts';
import { StepList } from './steps.ts';
import { askField, back, type Before } from './wizard.ts';

/** The question that every system has. */
const nameField: FormField = {
  field: 'name',
  type: 'text',
  prompt: text('How the connection is shown in the tree.'),
  check: (value) => (value.length > 100 ? { message: text('At most 100 characters.') } : undefined),
};

interface Draft {
  readonly system: AnySystem;
  readonly form: Form;
  readonly title: string;
  /** The entry that is edited; undefined for a new connection. */
  readonly entry: Entry | undefined;
  readonly answers: FormAnswers;
  /** The id that it keeps. */
  readonly id?: string;
}

/** Asks for a new connection, tests it and saves it. */
export async function addConnection(runtime: Runtime): Promise<void> {
  const system = await chooseSystem(await runtime.systems.loadAll());
  if (!system) return;
  await run(runtime, {
    system,
    form: await formOf(system),
    title: l10n.t('Add Connection: {0}', system.label),
    entry: undefined,
    answers: {},
  });
}

export async function editConnection(runtime: Runtime, id: string): Promise<void> {
  const entry = await entryWithId(runtime.systems, id);
  const system = runtime.connections.get(id)?.system;
  if (!entry || !system) return;
  const form = await formOf(system);
  const { name } = runtime.connections.get(id)?.settings ?? { name: id };
  await run(runtime, {
    system,
    form,
    title: l10n.t('Edit {0}', name),
    entry,
    answers: { ...answersOf(form, entry), name },
    id,
  });
}

/** A copy to be changed: two connections to the same place would take each other's events. */
export async function duplicateConnection(runtime: Runtime, id: string): Promise<void> {
  const entry = await entryWithId(runtime.systems, id);
  const connection = runtime.connections.get(id);
  if (!entry || !connection) return;
  const { system, settings } = connection;
  const form = await formOf(system);
  const { id: _, ...copy } = entry;
  await run(runtime, {
    system,
    form,
    title: l10n.t('Duplicate {0}', settings.name),
    entry: copy,
    answers: { ...answersOf(form, entry), name: l10n.t('{0} copy', settings.name) },
  });
}

async function chooseSystem(systems: readonly AnySystem[]): Promise<AnySystem | undefined> {
  if (systems.length === 1) return systems[0];
  const items = systems.map((system) => ({
    system,
    label: `$(${system.icon}) ${system.label}`,
    detail: translate(system.purpose),
  }));
  const placeHolder = l10n.t('What runs your game servers?');
  const title = l10n.t('Add Connection');
  return (await window.showQuickPick(items, { title, placeHolder, matchOnDetail: true }))?.system;
}

/** From the questions over the test to the saved entry; the test can lead back to the questions. */
async function run(runtime: Runtime, draft: Draft): Promise<void> {
  let { answers, entry: base } = draft;
  for (let isAsked = false; ;) {
    const given = isAsked ? answers : await ask(runtime, draft, answers);
    if (!given) return;
    answers = given;
    const { name = '' } = given;
    const id = draft.id ?? (await freeId(runtime.systems, slug(name, draft.system.id)));
    const entry = { ...entryOf(draft.form, given, base), id, name };
    const read = await readConnection(entry, runtime.systems);
    if (!read.ok) {
      showError(l10n.t('The connection was not saved: {0}', read.problems.map(translate).join('; ')));
      return;
    }
    const { settings } = read.connection;
    const decision = await test(runtime, draft, settings, given);
    if (decision === undefined) return;
    isAsked = typeof decision === 'object';
    if (typeof decision === 'object') base = { ...base, ...decision };
    if (decision !== 'save') continue;
    await storeSecrets(runtime, draft, settings, given);
    await saveEntry(runtime.systems, entry);
    // Unchanged settings are not opened anew by themselves, but the secret may be another one now.
    const connection = runtime.connections.get(id);
    if (connection && connection.state !== 'ready') await connection.reconnectNow();
    return;
  }
}

/** Asks field by field, with a way back; nothing where the user left. */
async function ask(
  runtime: Runtime,
  { system, form, title }: Draft,
  before: FormAnswers,
): Promise<FormAnswers | undefined> {
  let given = before;
  for (let at = 0; ;) {
    const fields = [...fieldsFor(form, given), nameField];
    const field = fields[at];
    if (!field) return given;
    const place = { title, step: at + 1, total: fields.length };
    const answer = await askField(
      field,
      given,
      await beforeOf(runtime, { system, form }, field, given),
      place,
    );
    if (answer === undefined) return undefined;
    if (answer === back) at--;
    else {
      given = { ...given, [field.field]: answer };
      at++;
    }
  }
}

async function beforeOf(
  runtime: Runtime,
  { system, form }: Pick<Draft, 'system' | 'form'>,
  field: FormField,
  given: FormAnswers,
): Promise<Before> {
  if (field === nameField && given['name'] === undefined)
    return { value: system.suggestName?.(given) ?? system.label };
  if (field.type !== 'secret') return { value: given[field.field] };
  const settings = await settingsOf(runtime, form, given);
  const kind = secretKinds.find((one) => one === field.field);
  const stored =
    settings && kind ? (await runtime.secrets.reader(system, settings)(kind)) !== undefined : false;
  return { value: given[field.field], stored };
}

async function settingsOf(
  { systems }: Runtime,
  form: Form,
  given: FormAnswers,
): Promise<ConnectionSettings | undefined> {
  const read = await readConnection({ ...entryOf(form, given), id: 'new' }, systems);
  return read.ok ? read.connection.settings : undefined;
}

/** Choice of the user after the test: with a certificate that was pinned it is tested again. */
type Decision = 'save' | 'change' | { readonly pin: string };

/** Tries the connection with visible steps; answers whether to save it or to go back to the questions. */
async function test(
  runtime: Runtime,
  { title, id, system }: Draft,
  settings: ConnectionSettings,
  given: FormAnswers,
): Promise<Decision | undefined> {
  const running = id === undefined ? undefined : runtime.connections.get(id);
  const wasActive = running?.active ?? false;
  // The running connection listens on the address that the test needs.
  await running?.stop();
  let decision: Decision | 'again' | undefined = 'again';
  while (decision === 'again') decision = await testOnce(runtime, title, system, settings, given);
  if (decision !== 'save' && wasActive) running?.start();
  return decision;
}

/** One test; `again` where it may go on now, or where nothing was decided. */
async function testOnce(
  runtime: Runtime,
  title: string,
  system: AnySystem,
  settings: ConnectionSettings,
  given: FormAnswers,
): Promise<Decision | 'again' | undefined> {
  const list = new StepList(title, l10n.t('Testing the connection…'));
  const result = await tryConnection({
    system,
    settings,
    secret: typedOrStored(runtime, system, settings, given),
    keep: (kind, value) => runtime.secrets.keep(system, settings, kind, value),
    clock: systemClock,
    log: coreLog(runtime.channel, runtime.scope),
    signal: list.signal,
    onSteps(steps) {
      list.show(steps);
    },
  });
  const save = { id: 'save', icon: 'save', label: l10n.t('Save') };
  const change = { id: 'change', icon: 'edit', label: l10n.t('Change…') };
  if (result.ok) return decisionOf(await list.choose(l10n.t('The connection works.'), [save, change]));
  const { secret } = result;
  const missing = system.secrets(settings).find(({ kind, once }) => kind === secret && once);
  const enter = missing && {
    id: 'enter',
    icon: 'key',
    label: l10n.t('Enter {0}…', translate(missing.title)),
  };
  const address = result.certificate ? system.tlsAddress?.(settings) : undefined;
  const pin = { id: 'pin', icon: 'verified', label: l10n.t('Show Fingerprint…') };
  const chosen = await list.choose(l10n.t('The connection does not work yet.'), [
    ...(enter ? [enter] : []),
    ...(address ? [pin] : []),
    change,
    { ...save, label: l10n.t('Save Anyway'), detail: l10n.t('It is tried again and again.') },
  ]);
  if (chosen === 'enter' && secret !== undefined) {
    await runtime.secrets.ask(system, settings, secret);
    return 'again';
  }
  if (chosen === 'pin' && address) {
    const fingerprint = await offerPin(settings.name, address);
    return fingerprint === undefined ? 'again' : { pin: fingerprint };
  }
  return decisionOf(chosen);
}

function decisionOf(chosen: string | undefined): Decision | undefined {
  return chosen === 'save' || chosen === 'change' ? chosen : undefined;
}

function typedOrStored(
  runtime: Runtime,
  system: AnySystem,
  settings: ConnectionSettings,
  given: FormAnswers,
): SecretReader {
  const stored = runtime.secrets.reader(system, settings);
  return async (kind) => {
    const typed = given[kind];
    return typed !== undefined && typed !== '' ? typed : stored(kind);
  };
}

async function storeSecrets(
  runtime: Runtime,
  { system, form }: Draft,
  settings: ConnectionSettings,
  given: FormAnswers,
): Promise<void> {
  const asked = new Set(fieldsFor(form, given).map(({ field }) => field));
  for (const spec of system.secrets(settings)) {
    const value = asked.has(spec.kind) ? given[spec.kind] : undefined;
    if (value !== undefined && value !== '') await runtime.secrets.store(system, spec, value);
  }
}
