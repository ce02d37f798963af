import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Accounts, Login } from './accounts.ts';
import { objectAt, textAt, type Methods } from './calls.ts';
import { callError, errno, uncaught, validationErrors } from './errors.ts';
import type { GivenUser } from './options.ts';
import type { Peer } from './peer.ts';
import type { Traits } from './profiles.ts';

/** 25.10 repeats `OTP_REQUIRED` for wrong codes before this one, which is refused with an error. */
const maxWrongCodes = 3;

/** Logging in by the ways of the generations. `refuse` is how long a wrong secret takes. */
export function authMethods(traits: Traits, accounts: Accounts, refuse: () => Promise<void>): Methods {
  const entered = async (peer: Peer, login: Login | undefined): Promise<boolean> => {
    if (!login) await refuse();
    else peer.login = login;
    return login !== undefined;
  };
  const old: Methods = {
    'auth.login': {
      open: true,
      params: [
        { name: 'username', type: 'string' },
        { name: 'password', type: 'string' },
        { name: 'otp_token', type: 'string', otherwise: null },
      ],
      run({ peer, args }) {
        const user = accounts.withPassword(textAt(args, 0), textAt(args, 1));
        const right = user && (user.otp === undefined || user.otp === args[2]);
        return entered(peer, right ? accounts.login(user) : undefined);
      },
    },
    'auth.two_factor_auth': {
      open: true,
      params: [
        { name: 'username', type: 'string' },
        { name: 'password', type: 'string' },
      ],
      run({ args }) {
        const user = accounts.withPassword(textAt(args, 0), textAt(args, 1));
        return user?.otp !== undefined;
      },
    },
    'auth.login_with_api_key': {
      open: true,
      params: [{ name: 'api_key', type: 'string' }],
      run({ peer, args }) {
        const login = accounts.withKey(textAt(args, 0), peer.parts.insecure);
        return entered(peer, typeof login === 'string' ? undefined : login);
      },
    },
    // CORE has the same by an older name.
    [traits.roles ? 'auth.login_with_token' : 'auth.token']: {
      open: true,
      params: [{ name: 'token', type: 'string' }],
      run: ({ peer, args }) => entered(peer, accounts.withToken(textAt(args, 0))),
    },
    'auth.generate_token': {
      params: [
        { name: 'ttl', type: 'integer', otherwise: 600 },
        { name: 'attrs', type: 'object', otherwise: {} },
        { name: 'match_origin', type: 'boolean', otherwise: traits.loginEx },
        ...(traits.loginEx ? [{ name: 'single_use', type: 'boolean', otherwise: false } as const] : []),
      ],
      run: ({ peer, args }) =>
        peer.login && accounts.issue(peer.login, Number(args[0] ?? 600), args[3] === true),
    },
    'auth.logout': {
      async run({ peer }) {
        peer.login = undefined;
        if (traits.sourcesEndAtLogout) for (const run of [...peer.sources.values()]) run.end();
        await nextTurn();
        return true;
      },
    },
    ...(traits.roles ? { 'auth.me': { run: ({ peer }) => personOf(accounts, peer.login) } } : {}),
    'auth.sessions': {
      params: [
        { name: 'filters', type: 'array', otherwise: [] },
        { name: 'options', type: 'object', otherwise: {} },
      ],
      run: ({ peer }) => [
        {
          id: peer.parts.session,
          current: true,
          internal: false,
          origin: '127.0.0.1',
          credentials: peer.login?.credentials.type,
          credentials_data: peer.login?.credentials.data,
        },
      ],
    },
  };
  return traits.loginEx ? { ...old, ...loginEx(traits, accounts, refuse) } : old;
}

function loginEx({ scramKeys }: Traits, accounts: Accounts, refuse: () => Promise<void>): Methods {
  const params = [{ name: 'login_data', type: 'object' }] as const;
  const failed = async (response_type: 'AUTH_ERR' | 'EXPIRED'): Promise<object> => {
    await refuse();
    return { response_type };
  };
  const entered = (peer: Peer, login: Login, given: Record<string, unknown>): object => {
    peer.login = login;
    peer.waitsForOtp = undefined;
    peer.wrongCodes = 0;
    const options = objectAt([given['login_options']], 0);
    const user_info = options['user_info'] === false ? null : personOf(accounts, login);
    return { response_type: 'SUCCESS', user_info, authenticator: 'LEVEL_1' };
  };
  const second = (peer: Peer, given: Record<string, unknown>): object | Promise<object> => {
    const user = peer.waitsForOtp === undefined ? undefined : accounts.user(peer.waitsForOtp);
    if (!user) throw callError('OTP_TOKEN may not be used without a preceding login attempt', errno.invalid);
    if (given['otp_token'] !== user.otp) {
      peer.wrongCodes += 1;
      if (peer.wrongCodes < maxWrongCodes) return otpRequired(user);
      peer.waitsForOtp = undefined;
      return failed('AUTH_ERR');
    }
    return entered(peer, accounts.login(user), given);
  };
  return {
    'auth.login_ex': {
      open: true,
      params,
      run({ peer, args }) {
        const given = objectAt(args, 0);
        const text = (key: string): string => textAt([given[key]], 0);
        switch (given['mechanism']) {
          case 'PASSWORD_PLAIN': {
            const user = accounts.withPassword(text('username'), text('password'));
            if (!user) return failed('AUTH_ERR');
            if (user.otp === undefined) return entered(peer, accounts.login(user), given);
            peer.waitsForOtp = user.name;
            peer.wrongCodes = 0;
            return otpRequired(user);
          }
          case 'API_KEY_PLAIN': {
            if (scramKeys) return { response_type: 'DENIED' };
            const login = accounts.withKey(text('api_key'), peer.parts.insecure, text('username'));
            if (typeof login === 'object') return entered(peer, login, given);
            return failed(login === 'revoked' ? 'EXPIRED' : 'AUTH_ERR');
          }
          case 'TOKEN_PLAIN': {
            const login = accounts.withToken(text('token'));
            return login ? entered(peer, login, given) : failed('AUTH_ERR');
          }
          case 'OTP_TOKEN':
            return second(peer, given);
          default: {
            const words =
              "Input tag found using 'mechanism' does not match any of the expected tags: 'API_KEY_PLAIN', 'PASSWORD_PLAIN', 'TOKEN_PLAIN', 'OTP_TOKEN'";
            throw validationErrors([['login_data', words, errno.invalid]]);
          }
        }
      },
    },
    'auth.login_ex_continue': {
      open: true,
      params,
      run: ({ peer, args }) => second(peer, objectAt(args, 0)),
    },
    'auth.mechanism_choices': {
      open: true,
      run({ peer }) {
        // Broken in these releases, though it is made to be asked before.
        if (!peer.login)
          throw uncaught('AttributeError', "'NoneType' object has no attribute 'may_create_auth_token'");
        return ['PASSWORD_PLAIN', 'API_KEY_PLAIN', 'TOKEN_PLAIN', 'OTP_TOKEN'];
      },
    },
  };
}

function otpRequired({ name }: GivenUser): object {
  return { response_type: 'OTP_REQUIRED', username: name };
}

function personOf(accounts: Accounts, login: Login | undefined): object | null {
  if (!login) return null;
  const user: GivenUser | undefined = accounts.user(login.username);
  const number = user ? accounts.users.indexOf(user) : 0;
  const isRoot = login.username === 'root';
  return {
    pw_name: login.username,
    pw_gecos: login.username,
    pw_dir: isRoot ? '/root' : `/home/${login.username}`,
    pw_shell: '/usr/bin/zsh',
    pw_uid: isRoot ? 0 : 3000 + number,
    pw_gid: isRoot ? 0 : 3000 + number,
    grouplist: null,
    sid: null,
    source: 'LOCAL',
    local: true,
    attributes: {},
    two_factor_config: {
      provisioning_uri: null,
      secret_configured: user?.otp !== undefined,
      interval: 30,
      otp_digits: 6,
    },
    privilege: {
      roles: { $set: [...login.roles] },
      web_shell: isRoot,
      webui_access: true,
    },
    account_attributes: ['LOCAL', 'SYS_ADMIN'],
  };
}
