import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as z from 'zod/mini';
import { mayActAs, type Accounts, type User } from './accounts.ts';
import { cookieName, cookieOf } from './headers.ts';
import { Machine } from './machine.ts';
import type { Role } from './options.ts';
import { pythonJson } from '../python.ts';

/** An authorized request. */
export interface Call {
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly text: string;
  readonly contentType: string;
  /** The user, where the route asks for one. */
  readonly user: User;
  /** The server, where the route names one. */
  readonly machine: Machine;
}

export interface Reply {
  readonly status: number;
  /** A text is sent as a page, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Happens once the answer is out. */
  readonly after?: () => void;
}

export interface Route {
  readonly method: string;
  /** With names in braces; `{server}` has to be one that is installed. */
  readonly path: string;
  readonly role: Role | 'public';
  readonly run: (call: Call) => Reply | Promise<Reply>;
}

export function route(method: string, path: string, role: Route['role'], run: Route['run']): Route {
  return { method, path, role, run };
}

/** A route about one server; `path` follows its name. */
export function serverRoute(method: string, path: string, role: Role, run: Route['run']): Route {
  return route(method, `/api/server/{server}/${path}`, role, run);
}

/** An answer of FastAPI's: `detail` is a text, or a list where the request did not fit its model. */
export class HttpError extends Error {
  readonly status: number;
  readonly detail: unknown;

  constructor(status: number, detail: unknown) {
    super(typeof detail === 'string' ? detail : 'Unprocessable');
    this.status = status;
    this.detail = detail;
  }
}

export interface RouterParts {
  readonly routes: readonly Route[];
  readonly accounts: Accounts;
  readonly machines: ReadonlyMap<string, Machine>;
  /** A page for addresses that nothing answers, where the generation has one. */
  readonly page?: string;
}

/** Facts that decide about a request besides its address and body. */
type Asking = Pick<IncomingMessage, 'method' | 'headers'>;

interface Found {
  readonly route: Route;
  readonly params: Record<string, string>;
}

const nobody: User = { id: 0, username: '', password: '', role: 'user', enabled: false };
const nothing = new Machine({ name: '' });

/** Finds the route, asks for server, user and role in this order, and answers. */
export class Router {
  readonly #parts: RouterParts;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  async answer(request: Asking, url: URL, text: string): Promise<Reply> {
    try {
      const { route, params } = this.#find(request.method ?? 'GET', url.pathname);
      const machine = this.#machine(route, params);
      const user = route.role === 'public' ? nobody : this.#user(request, route.role);
      const contentType = request.headers['content-type'] ?? '';
      return await route.run({ url, params, text, contentType, user, machine });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { status, detail } = error;
      const headers: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
      if (typeof detail === 'string' && detail.startsWith('<')) return { status, body: detail };
      return { status, body: { detail }, headers };
    }
  }

  #find(method: string, path: string): Found {
    let known = false;
    for (const route of this.#parts.routes) {
      const params = match(route.path, path);
      if (!params) continue;
      known = true;
      if (route.method === method) return { route, params };
    }
    if (known) throw new HttpError(405, 'Method Not Allowed');
    // The old user interface has a page for everything.
    if (method === 'GET' && this.#parts.page !== undefined) throw new HttpError(200, this.#parts.page);
    throw new HttpError(404, 'Not Found');
  }

  #machine({ path }: Route, { server }: Readonly<Record<string, string>>): Machine {
    if (server === undefined || !path.includes('{server}')) return nothing;
    checkName(server);
    const machine = this.#parts.machines.get(server);
    if (machine) return machine;
    throw new HttpError(404, `Server '${server}' is not installed or the installation is invalid.`);
  }

  #user(request: Asking, role: Role): User {
    const [, bearer] = /^bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const token = bearer ?? cookieOf(request.headers.cookie, cookieName);
    const user = token === undefined ? undefined : this.#parts.accounts.verify(token);
    if (typeof user !== 'object') throw new HttpError(401, 'Not authenticated');
    if (mayActAs(user, role)) return user;
    throw new HttpError(403, 'You do not have permission to access this resource.');
  }
}

export function checkName(name: string): void {
  if (/^[a-zA-Z0-9_-]+$/.test(name)) return;
  throw new HttpError(
    400,
    'Invalid server name format. Only use letters (a-z, A-Z), numbers (0-9), hyphens (-), and underscores (_).',
  );
}

/** Parameters of a path that fits; names in braces take one part of it. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (part.startsWith('{') && value !== '') params[part.slice(1, -1)] = decoded(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The body as this model; what does not fit is told as FastAPI tells it. */
export function bodyOf<T extends z.ZodMiniType>(schema: T, { text, contentType }: Call): z.output<T> {
  const value = contentType.includes('json') ? jsonOf(text) : text;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (typeof value !== 'object' || value === null)
    throw new HttpError(422, [
      value === ''
        ? { type: 'missing', loc: ['body'], msg: 'Field required', input: null }
        : {
            type: 'model_attributes_type',
            loc: ['body'],
            msg: 'Input should be a valid dictionary or object to extract fields from',
            input: value,
          },
    ]);
  throw new HttpError(
    422,
    parsed.error.issues.map(({ path, message }) => {
      const inner = inside(value, path);
      return inner === undefined
        ? { type: 'missing', loc: ['body', ...path], msg: 'Field required', input: value }
        : { type: 'value_error', loc: ['body', ...path], msg: message, input: inner };
    }),
  );
}

function jsonOf(text: string): unknown {
  if (text === '') return '';
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(422, [
      {
        type: 'json_invalid',
        loc: ['body', 0],
        msg: 'JSON decode error',
        input: {},
        ctx: { error: 'Expecting value' },
      },
    ]);
  }
}

function inside(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

export async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Sends the answer; what comes after it happens when it is out, or nobody waits for it any more. */
export function send(response: ServerResponse, { status, body, headers, after }: Reply): void {
  const [type, text] =
    typeof body === 'string'
      ? [body.startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8', body]
      : ['application/json', pythonJson(body, 'http')];
  response.once('close', () => after?.());
  response.writeHead(status, { server: 'uvicorn', 'content-type': type, ...headers });
  response.end(text);
}
