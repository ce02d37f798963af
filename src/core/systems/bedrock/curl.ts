import { curlCommand } from '../curl.ts';
import { isFields, parsedJson } from '../reading.ts';
import type { BedrockSettings } from './settings.ts';

/** A request of the journal as a command; undefined where a text is none. */
export function bedrockCurl(raw: string, { url, ca }: BedrockSettings): string | undefined {
  const request = parsedJson(raw);
  if (!isFields(request)) return undefined;
  const { method, path, body } = request;
  // Behind anything else than a slash, the rest of a text could be another server.
  if (typeof method !== 'string' || typeof path !== 'string' || !path.startsWith('/')) return undefined;
  return curlCommand({
    method,
    url: url + path,
    ...(body === undefined ? {} : { body }),
    ...(ca === undefined ? {} : { ca }),
  });
}
