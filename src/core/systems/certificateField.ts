import { isAbsolute } from 'node:path';
import { text } from '../model/text.ts';
import { readPem } from '../wire/tlsCredentials.ts';
import { TlsError } from '../wire/tlsError.ts';
import type { FormProblem } from './form.ts';

/** Problem of a file with the certificate that a server is checked against. The field may stay empty. */
export async function certificateProblem(path: string): Promise<FormProblem | undefined> {
  if (path === '') return undefined;
  if (!isAbsolute(path)) return { message: text('The absolute path of a PEM file') };
  try {
    await readPem(path, 'certificate');
    return undefined;
  } catch (error) {
    if (error instanceof TlsError) return { message: error.text };
    throw error;
  }
}
