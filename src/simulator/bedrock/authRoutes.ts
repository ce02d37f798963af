import * as z from 'zod/mini';
import type { Accounts, User } from './accounts.ts';
import { cookieFor, noCookie } from './cookies.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, type Call, type Reply, type Route } from './http.ts';

const credentials = z.looseObject({
  username: z.string(),
  password: z.string(),
  remember_me: z.optional(z.boolean()),
});
type Credentials = z.output<typeof credentials>;

/** Logging in and out, and who one is. */
export function authRoutes(traits: Traits, accounts: Accounts, note: (line: string) => void): Route[] {
  const { renewal } = traits;
  const routes: Route[] = [
    {
      method: 'POST',
      path: '/auth/token',
      role: 'public',
      run(call) {
        const given = traits.login === 'form' ? formOf(call) : bodyOf(credentials, call);
        const user = accounts.login(given.username, given.password);
        if (!user) throw new HttpError(401, 'Incorrect username or password');
        note(`User '${user.username}' signed in.`);
        return issue(accounts, user, given.remember_me === true, 'Successfully authenticated.');
      },
    },
    {
      method: 'GET',
      path: '/auth/logout',
      role: 'user',
      run: () => ({
        status: 200,
        body: { status: 'success', message: 'Successfully logged out.' },
        headers: { 'set-cookie': noCookie },
      }),
    },
    {
      method: 'GET',
      path: '/api/account',
      role: 'user',
      run: ({ user: { id, username, role, enabled } }) => ({
        status: 200,
        body: { id, username, identity_type: 'jwt', role, is_active: enabled, theme: 'default' },
      }),
    },
  ];
  if (renewal)
    routes.push({
      ...renewal,
      role: 'user',
      run: (call) => issue(accounts, call.user, remembers(call), 'Successfully refreshed token.'),
    });
  return routes;
}

function issue(accounts: Accounts, user: User, remember: boolean, message: string): Reply {
  const { token, lifetimeMs } = accounts.issue(user.username, remember);
  return {
    status: 200,
    body: { access_token: token, token_type: 'bearer', message },
    headers: { 'set-cookie': cookieFor(token, lifetimeMs) },
  };
}

/** A body of another kind is an empty form. */
function formOf({ text, contentType }: Call): Credentials {
  const form = new URLSearchParams(contentType.includes('application/x-www-form-urlencoded') ? text : '');
  const missing = ['username', 'password'].filter((field) => !form.get(field));
  if (missing.length > 0)
    throw new HttpError(
      422,
      missing.map((field) => ({
        type: 'missing',
        loc: ['body', field],
        msg: 'Field required',
        input: null,
      })),
    );
  return {
    username: form.get('username') ?? '',
    password: form.get('password') ?? '',
    remember_me: isTrue(form.get('remember_me')),
  };
}

function remembers({ text, url }: Call): boolean {
  return isTrue(new URLSearchParams(text).get('remember_me') ?? url.searchParams.get('remember_me'));
}

function isTrue(text: string | null): boolean {
  return text !== null && ['true', '1', 'yes', 'on'].includes(text.toLowerCase());
}
