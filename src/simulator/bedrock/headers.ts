import type { IncomingHttpHeaders } from 'node:http';
import type { Reply } from './http.ts';

/** Origins that may ask: the ports on which dashboards are developed. */
const allowed = /^http:\/\/(?:localhost|127\.0\.0\.1):(?:3000|5173)$/;

/** The CORS headers of an answer to a page of this origin. */
export function corsHeaders({ origin }: IncomingHttpHeaders): Readonly<Record<string, string>> {
  if (origin === undefined || !allowed.test(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
}

/** The answer to a preflight request. */
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

export const cookieName = 'access_token_cookie';

/** One cookie of a `Cookie` header. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key = '', ...rest] = part.trim().split('=');
    if (key === name) return rest.join('=');
  }
  return undefined;
}

export function cookieFor(token: string, lifetimeMs: number): string {
  return `${cookieName}=${token}; HttpOnly; Max-Age=${Math.floor(lifetimeMs / 1000)}; Path=/; SameSite=lax`;
}

export const noCookie = `${cookieName}=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax`;
