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
