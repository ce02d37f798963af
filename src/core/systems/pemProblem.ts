import { isAbsolute } from 'node:path';
import { text } from '../model/text.ts';
import { isLocked, readPem } from '../wire/tlsCredentials.ts';
import { TlsError } from '../wire/tlsError.ts';
import type { FormProblem } from './form.ts';

/** Problem of a PEM file that a form asks for. The field may stay empty. */
export async function pemProblem(
  path: string,
  kind: 'certificate' | 'key',
): Promise<FormProblem | undefined> {
  if (path === '') return undefined;
  if (!isAbsolute(path)) return { message: text('The absolute path of a PEM file') };
  try {
    const content = await readPem(path, kind);
    if (kind === 'certificate' || !isLocked(content)) return undefined;
    return { message: text('The key is locked; its passphrase is asked for next.'), hint: true };
  } catch (error) {
    if (error instanceof TlsError) return { message: error.text };
    throw error;
  }
}
