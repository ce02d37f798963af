import type { IncomingHttpHeaders } from 'node:http';
import type { Reply } from './http.ts';

/** Pages from here may ask: where dashboards are developed. */
const allowed = /^http:\/\/(?:localhost|127\.0\.0\.1):(?:3000|5173)$/;

/** What an answer to a page of this origin says beside its content. */
export function corsHeaders({ origin }: IncomingHttpHeaders): Readonly<Record<string, string>> {
  if (origin === undefined || !allowed.test(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
}

/** The answer to a browser that asks whether it may ask. */
export function preflight(method: string | undefined, headers: IncomingHttpHeaders): Reply | undefined {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return undefined;
  if (!allowed.test(headers.origin ?? '')) return { status: 400, body: 'Disallowed CORS origin' };
  return {
    status: 200,
    body: 'OK',
    headers: {
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      'access-control-max-age': '600',
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
    },
  };
}
