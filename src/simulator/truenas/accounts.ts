import { randomBytes, randomUUID } from 'node:crypto';
import type { GivenApiKey, GivenUser } from './options.ts';
import type { Traits } from './profiles.ts';

/** The login of a connection. */
export interface Login {
  readonly username: string;
  readonly roles: readonly string[];
  readonly credentials: Credentials;
}

interface Credentials {
  readonly type: 'LOGIN_PASSWORD' | 'API_KEY' | 'TOKEN';
  readonly data: Readonly<Record<string, unknown>>;
}

interface Token {
  readonly login: Login;
  readonly ttlMs: number;
  readonly singleUse: boolean;
  used: number;
}

const everything = ['FULL_ADMIN'] as const;

/** Users, their keys and tokens. Tokens live in memory and end with the middleware. */
export class Accounts {
  readonly users: readonly GivenUser[];
  readonly #keys: readonly GivenApiKey[];
  readonly #revoked = new Set<string>();
  readonly #tokens = new Map<string, Token>();
  readonly #traits: Traits;
  readonly #now: () => number;

  constructor(users: readonly GivenUser[], keys: readonly GivenApiKey[], traits: Traits, now: () => number) {
    this.users = users;
    this.#keys = keys;
    this.#traits = traits;
    this.#now = now;
  }

  user(name: string): GivenUser | undefined {
    return this.users.find((user) => user.name === name);
  }

  withPassword(name: string, password: string): GivenUser | undefined {
    const user = this.user(name);
    return user?.password === password ? user : undefined;
  }

  login(user: GivenUser): Login {
    const credentials = { type: 'LOGIN_PASSWORD' as const, data: this.#data({ username: user.name }) };
    return { username: user.name, roles: user.roles ?? everything, credentials };
  }

  /** 25.10 takes a key for compromised that came where others can read along, for ever. */
  withKey(key: string, insecure: boolean, username?: string): Login | 'unknown' | 'revoked' {
    const found = this.#keys.find((each) => each.key === key);
    if (!found) return 'unknown';
    const owner = this.#traits.userKeys ? (found.username ?? 'root') : undefined;
    if (username !== undefined && username !== owner) return 'unknown';
    if (this.#traits.userKeys && insecure) this.#revoked.add(key);
    if (this.#revoked.has(key)) return 'revoked';
    const named = { api_key: { id: Number(key.split('-')[0]), name: found.name } };
    const data = this.#data(owner === undefined ? named : { username: owner, ...named });
    const roles = (owner === undefined ? undefined : this.user(owner)?.roles) ?? everything;
    return { username: owner ?? found.name, roles, credentials: { type: 'API_KEY', data } };
  }

  isRevoked(key: string): boolean {
    return this.#revoked.has(key);
  }

  /** Lasts this long after its last use. */
  issue(login: Login, ttlSeconds: number, singleUse: boolean): string {
    const token = randomBytes(48).toString('base64url');
    this.#tokens.set(token, { login, ttlMs: ttlSeconds * 1000, singleUse, used: this.#now() });
    return token;
  }

  withToken(token: string): Login | undefined {
    const found = this.#tokens.get(token);
    if (!found) return undefined;
    const over = this.#now() - found.used > found.ttlMs;
    if (over || found.singleUse) this.#tokens.delete(token);
    if (over) return undefined;
    found.used = this.#now();
    const { username, roles, credentials } = found.login;
    return {
      username,
      roles,
      credentials: { type: 'TOKEN', data: this.#data({ parent: credentials, username }) },
    };
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  #data(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (!this.#traits.loginEx) return data;
    const at = Math.floor(this.#now() / 1000) * 1000;
    return { ...data, login_id: randomUUID(), login_at: { $date: at } };
  }
}

/** Whether somebody may what needs this role; writers may read. */
export function isAllowed({ roles }: Login, role: string | undefined): boolean {
  if (role === undefined || roles.includes('FULL_ADMIN') || roles.includes(role)) return true;
  if (!role.endsWith('_READ')) return false;
  return roles.includes('READONLY_ADMIN') || roles.includes(role.replace(/_READ$/, '_WRITE'));
}

export function mayEverything({ roles }: Login): boolean {
  return roles.includes('FULL_ADMIN');
}
