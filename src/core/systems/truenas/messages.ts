import type { Problem } from '../../model/event.ts';
import { oneLine } from '../../model/text.ts';
import { isFields, missing, named, shown, wrongType, type Fields } from '../reading.ts';

export type Protocol = 'ddp' | 'jsonrpc';

/** Content of a frame, the same for both protocols. */
export type Frame =
  | { readonly frame: 'call'; readonly id: unknown; readonly method: string; readonly params: unknown }
  | { readonly frame: 'result'; readonly id: unknown; readonly result: unknown }
  | { readonly frame: 'error'; readonly id: unknown; readonly error: unknown }
  | {
      readonly frame: 'event';
      readonly msg: string;
      readonly collection: unknown;
      readonly id: unknown;
      readonly fields: unknown;
      readonly extra: unknown;
      readonly cleared: boolean;
    }
  | { readonly frame: 'ready'; readonly ids: readonly string[] }
  /** The end of a subscription, asked for or not. Old releases name it by its id instead of its collection. */
  | { readonly frame: 'nosub'; readonly collection: unknown; readonly id: unknown; readonly error: unknown }
  | { readonly frame: 'sub'; readonly id: unknown; readonly name: unknown }
  | { readonly frame: 'unsub'; readonly id: unknown }
  | { readonly frame: 'connect' | 'connected' | 'failed' | 'ping' | 'pong'; readonly id: unknown }
  /** A message of a kind that nobody knows. */
  | { readonly frame: 'unknown'; readonly name: string }
  | { readonly frame: 'none'; readonly problem: Problem };

const plain = new Set(['connect', 'connected', 'failed', 'ping', 'pong']);

/** Reads what was parsed. Total: whatever it is, there is an answer. */
export function readFrame(value: unknown): Frame {
  if (!isFields(value)) return { frame: 'none', problem: wrongType('', 'object') };
  if (value['jsonrpc'] !== undefined) return readJsonRpc(value);
  const { msg, id, collection, error } = value;
  if (typeof msg !== 'string') {
    return { frame: 'none', problem: msg === undefined ? missing('msg') : wrongType('msg', 'string') };
  }
  if (plain.has(msg)) return { frame: msg as 'connect', id };
  switch (msg) {
    case 'method': {
      const { method, params } = value;
      if (typeof method === 'string') return { frame: 'call', id, method, params };
      return {
        frame: 'none',
        problem: method === undefined ? missing('method') : wrongType('method', 'string'),
      };
    }
    case 'result':
      return error === undefined || error === null
        ? { frame: 'result', id, result: value['result'] }
        : { frame: 'error', id, error };
    case 'ready': {
      const { subs } = value;
      const ids = Array.isArray(subs) ? subs.filter((each): each is string => typeof each === 'string') : [];
      return { frame: 'ready', ids };
    }
    case 'nosub':
      return { frame: 'nosub', collection, id, error };
    case 'sub':
      return { frame: 'sub', id, name: value['name'] };
    case 'unsub':
      return { frame: 'unsub', id };
    case 'added':
    case 'changed':
    case 'removed':
      return eventOf(value, msg);
    default:
      return { frame: 'unknown', name: msg };
  }
}

function readJsonRpc(value: Fields): Frame {
  const { method, params, id, error } = value;
  if (method === undefined) {
    if (error !== undefined && error !== null) return { frame: 'error', id, error };
    if ('result' in value) return { frame: 'result', id, result: value['result'] };
    return { frame: 'none', problem: missing('method') };
  }
  if (typeof method !== 'string') return { frame: 'none', problem: wrongType('method', 'string') };
  const fields = isFields(params) ? params : {};
  if (method === 'collection_update') {
    const { msg } = fields;
    if (typeof msg === 'string') return eventOf(fields, msg);
    return { frame: 'none', problem: wrongType('params.msg', 'string') };
  }
  if (method === 'notify_unsubscribed')
    return { frame: 'nosub', collection: fields['collection'], id: undefined, error: fields['error'] };
  return { frame: 'call', id, method, params };
}

function eventOf({ collection, id, fields, extra, cleared }: Fields, msg: string): Frame {
  return { frame: 'event', msg, collection, id, fields, extra, cleared: cleared === true };
}

/** Reason and details of an error of either protocol. */
export interface Failure {
  readonly code: number | undefined;
  readonly reason: string;
  /** No method, event or right of this name; the caller may have another way. */
  readonly noMethod: boolean;
  readonly denied: boolean;
  readonly unauthenticated: boolean;
  readonly busy: boolean;
  readonly crowded: boolean;
}

/** Reads an error; its trace is never looked at, because it holds what was asked with all its secrets. */
export function failureOf(error: unknown): Failure {
  const outer = isFields(error) ? error : {};
  const inner = isFields(outer['data']) ? outer['data'] : outer;
  const rpc = typeof outer['code'] === 'number' ? outer['code'] : undefined;
  const code = typeof inner['error'] === 'number' ? inner['error'] : undefined;
  const said =
    named(inner['reason']) ?? named(outer['message']) ?? named(inner['error']) ?? named(error) ?? '–';
  const details = problemsIn(inner['extra'], said);
  const words = (details === '' ? said : `${said}: ${details}`).trim().replace(/\s*\n\s*/g, '; ');
  return {
    code: code ?? rpc,
    reason: oneLine(words.replace(/^\[[A-Z]+\] /, ''), 300),
    noMethod: code === 201 || rpc === -32601 || said.startsWith('[ENOMETHOD]'),
    denied: code === 13,
    unauthenticated: code === 207 || (code === 13 && said.includes('Not authenticated')),
    busy: code === 16,
    crowded: code === 109 || rpc === -32000,
  };
}

/** A list of what was wrong with which attribute, as far as the words before do not say it already. */
function problemsIn(extra: unknown, said: string): string {
  if (!Array.isArray(extra)) return '';
  return extra
    .slice(0, 5)
    .flatMap((each: unknown): string[] => {
      if (!Array.isArray(each)) return [];
      const [attribute, words] = each as readonly unknown[];
      if (typeof words !== 'string' || said.includes(words)) return [];
      return [attribute === '' ? shown(words) : `${shown(attribute)}: ${shown(words)}`];
    })
    .join('; ');
}

/** The name of an event without its argument. */
export function baseOf(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}

/** An id as a key: texts and numbers only. */
export function keyOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return named(value);
}

/** A key as the NAS wants it: ids of jobs and machines are numbers there. */
export function numbered(key: string): number | string {
  return /^\d+$/.test(key) ? Number(key) : key;
}
