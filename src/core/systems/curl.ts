import { redactionMark } from './redaction.ts';

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  /** Absent for a call without one. */
  readonly body?: unknown;
  /** Path of a PEM file with the authorities that are trusted. */
  readonly ca?: string;
}

/**
 * A call as a command for a POSIX shell. The token stands in the variable TOKEN, whatever was cut out of the body in SECRET;
 * all else is quoted, because texts of a recording may be anybody's.
 */
export function curlCommand({ method, url, body, ca }: HttpCall): string {
  return [
    // Brackets in an address would make several of it.
    'curl --globoff',
    `--request ${shellQuoted(method)}`,
    `--url ${shellQuoted(url)}`,
    '--header "Authorization: Bearer $TOKEN"',
    ...(ca === undefined ? [] : [`--cacert ${shellQuoted(ca)}`]),
    ...(body === undefined
      ? []
      : [`--header 'Content-Type: application/json'`, `--data-raw ${quotedBody(body)}`]),
  ].join(' \\\n  ');
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function quotedBody(body: unknown): string {
  return JSON.stringify(body).split(redactionMark).map(shellQuoted).join('"$SECRET"');
}
