import * as z from 'zod/mini';
import type { Accounts, User } from './accounts.ts';
import { cookieFor, noCookie } from './headers.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, route, type Call, type Reply, type Route } from './http.ts';
import { ok, succeeded } from './replies.ts';

const credentials = z.looseObject({
  username: z.string(),
  password: z.string(),
  remember_me: z.optional(z.boolean()),
});
type Credentials = z.output<typeof credentials>;

/** Logging in and out, and the account of the caller. */
export function authRoutes(traits: Traits, accounts: Accounts, note: (line: string) => void): Route[] {
  const { renewal } = traits;
  const routes: Route[] = [
    route('POST', '/auth/token', 'public', (call) => {
      const given = traits.login === 'form' ? formOf(call) : bodyOf(credentials, call);
      const user = accounts.login(given.username, given.password);
      if (!user) throw new HttpError(401, 'Incorrect username or password');
      note(`User '${user.username}' signed in.`);
      return issue(accounts, user, given.remember_me === true, 'Successfully authenticated.');
    }),
    route('GET', '/auth/logout', 'user', () => ({
      ...succeeded({ message: 'Successfully logged out.' }),
      headers: { 'set-cookie': noCookie },
    })),
    route('GET', '/api/account', 'user', ({ user }) => ok(accountOf(user))),
  ];
  if (renewal)
    routes.push(
      route(renewal.method, renewal.path, 'user', (call) =>
        issue(accounts, call.user, remembers(call), 'Successfully refreshed token.'),
      ),
    );
  return routes;
}

/** A user as accounts and lists show it. */
export function accountOf({ id, username, role, enabled }: User): object {
  return { id, username, identity_type: 'jwt', role, is_active: enabled, theme: 'default' };
}

function issue(accounts: Accounts, user: User, remember: boolean, message: string): Reply {
  const { token, lifetimeMs } = accounts.issue(user.username, remember);
  return {
    ...ok({ access_token: token, token_type: 'bearer', message }),
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
