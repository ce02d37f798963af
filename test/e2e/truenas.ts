import type { Workbench } from '../harness/workbench.ts';

/** Answers the form for a TrueNAS with a password, up to the test of the connection. */
export async function answerForm(
  wb: Workbench,
  { url, password, name }: { readonly url: string; readonly password: string; readonly name: string },
): Promise<void> {
  await wb.pick('TrueNAS');
  await wb.enter(url, '(1/');
  await wb.pick('Automatic');
  await wb.enter('root', '(3/');
  await wb.enter('', 'API key of this user');
  await wb.enter(password, 'Password of this user');
  await wb.enter(name, '(6/6)');
}
