import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { GivenUser, Role } from './options.ts';

const day = 86_400_000;
/** Tokens last a day, or four weeks for who asked to be remembered. */
const lifetimes = { short: day, long: 28 * day };

export interface User {
  readonly id: number;
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  enabled: boolean;
}

export interface Issued {
  readonly token: string;
  readonly lifetimeMs: number;
}

/** Why a token opens nothing. */
export type Refused = 'invalid' | 'payload' | 'user';

/** Users and their tokens. They outlive a restart: both lie in the database. */
export class Accounts {
  readonly users: readonly User[];
  readonly #secret = randomBytes(32);
  readonly #expired = new Set<string>();
  readonly #now: () => number;

  constructor(users: readonly GivenUser[], now: () => number) {
    this.users = users.map(({ name, password, role, enabled = true }, i) => ({
      id: i + 1,
      username: name,
      password,
      role,
      enabled,
    }));
    this.#now = now;
  }

  find(username: string): User | undefined {
    return this.users.find((user) => user.username === username);
  }

  /** Whether somebody is enabled is not asked here. */
  login(username: string, password: string): User | undefined {
    const user = this.find(username);
    return user?.password === password ? user : undefined;
  }

  issue(username: string, remember = false, lifetimeMs?: number): Issued {
    const lasts = lifetimeMs ?? (remember ? lifetimes.long : lifetimes.short);
    const payload = { sub: username, exp: Math.floor((this.#now() + lasts) / 1000) };
    const head = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(payload)}`;
    return { token: `${head}.${this.#sign(head)}`, lifetimeMs: lasts };
  }

  /** From now on this token is taken for one that is over. */
  expire(token: string): void {
    this.#expired.add(token);
  }

  verify(token: string): User | Refused {
    const at = token.lastIndexOf('.');
    const [given, wanted] = [Buffer.from(token.slice(at + 1)), Buffer.from(this.#sign(token.slice(0, at)))];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'invalid';
    if (this.#expired.has(token)) return 'invalid';
    const { sub, exp } = payloadOf(token);
    if (typeof exp !== 'number' || exp * 1000 <= this.#now()) return 'invalid';
    if (typeof sub !== 'string') return 'payload';
    const user = this.find(sub);
    return user?.enabled === true ? user : 'user';
  }

  #sign(head: string): string {
    return createHmac('sha256', this.#secret).update(head).digest('base64url');
  }
}

const ranks: readonly Role[] = ['user', 'moderator', 'admin'];

export function mayActAs(user: User, role: Role): boolean {
  return ranks.indexOf(user.role) >= ranks.indexOf(role);
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function payloadOf(token: string): { readonly sub?: unknown; readonly exp?: unknown } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as object;
}
