import { pythonRepr } from '../python.ts';
import type { Traits } from './profiles.ts';

export const errno = {
  noEntry: 2,
  again: 11,
  access: 13,
  fault: 14,
  busy: 16,
  invalid: 22,
  tooManyReferences: 109,
  noMethod: 201,
  notAuthenticated: 207,
} as const;

const names: Readonly<Record<number, string>> = {
  2: 'ENOENT',
  11: 'EAGAIN',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  22: 'EINVAL',
  109: 'ETOOMANYREFS',
  201: 'ENOMETHOD',
  207: 'ENOTAUTHENTICATED',
};

/** Attribute, message and number of one thing that is wrong with what was given. */
export type Wrong = readonly [attribute: string | null, message: string, errno: number];

interface Refusal {
  readonly errno: number;
  readonly reason: string;
  /** The Python exception, if it was one. */
  readonly thrown?: { readonly className: string; readonly repr: string };
  readonly wrong?: readonly Wrong[];
  readonly extra?: unknown;
}

/** Why a call or a job fails, independent of how a protocol says it. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** A CallError, which services throw deliberately; EFAULT without a number. */
export function callError(message: string, number?: number, extra: unknown = null): Refused {
  const code = number ?? errno.fault;
  const args = number === undefined ? pythonRepr(message) : `${pythonRepr(message)}, ${number}`;
  return new Refused({
    errno: code,
    reason: `[${nameOf(code)}] ${message}`,
    thrown: { className: 'CallError', repr: `CallError(${args})` },
    extra,
  });
}

/** A list of things that are wrong. */
export function validationErrors(wrong: readonly Wrong[]): Refused {
  const reason = wrong.map(([attribute, message, code]) => said(attribute, message, code) + '\n').join('');
  return new Refused({
    errno: errno.again,
    reason,
    thrown: { className: 'ValidationErrors', repr: `ValidationErrors(${wrong.length})` },
    wrong,
  });
}

/** A single thing that is wrong: the error as a whole has its number. */
export function validationError(attribute: string | null, message: string, code: number): Refused {
  return new Refused({
    errno: code,
    reason: said(attribute, message, code),
    thrown: { className: 'ValidationError', repr: `ValidationError(${pythonRepr(message)})` },
    wrong: [[attribute, message, code]],
  });
}

/** An uncaught exception; the middleware reports it as EINVAL. */
export function uncaught(className: string, message: string): Refused {
  return new Refused({
    errno: errno.invalid,
    reason: message,
    thrown: { className, repr: `${className}(${message})` },
  });
}

/** A refusal that the protocol makes itself: without a name in front of its words, and without a trace. */
export function bare(message: string, code: number): Refused {
  return new Refused({ errno: code, reason: message });
}

export function noSuchMethod(method: string, services: ReadonlySet<string>): Refused {
  const at = method.lastIndexOf('.');
  const [service, name] = [method.slice(0, Math.max(0, at)), method.slice(at + 1)];
  return services.has(service)
    ? callError(`Method ${pythonRepr(name)} not found in ${pythonRepr(service)}`, errno.noMethod)
    : callError(`Service ${pythonRepr(service || method)} not found`, errno.noMethod);
}

export function refusedOf(error: unknown): Refused {
  if (error instanceof Refused) return error;
  return uncaught('RuntimeError', error instanceof Error ? error.message : String(error));
}

/** The error object of DDP. */
export function ddpError({ refusal }: Refused, traits: Traits, params: unknown): object {
  return {
    error: refusal.errno,
    ...(traits.errnames ? { errname: nameOf(refusal.errno) } : {}),
    type: refusal.wrong ? 'VALIDATION' : null,
    reason: refusal.reason,
    trace: traceOf(refusal, traits, params),
    extra: refusal.wrong ?? refusal.extra ?? null,
  };
}

/** The error object of JSON-RPC. */
export function jsonRpcError(refused: Refused, traits: Traits, params: unknown): object {
  const { refusal } = refused;
  if (refusal.errno === errno.noMethod) return { code: -32_601, message: 'Method does not exist' };
  if (refusal.errno === errno.tooManyReferences) return { code: -32_000, message: refusal.reason };
  return {
    code: refusal.wrong ? -32_602 : -32_001,
    message: refusal.wrong ? 'Invalid params' : 'Method call error',
    data: endError(refused, traits, params),
  };
}

/** The data of a JSON-RPC error, and of the end of an event source. */
export function endError({ refusal }: Refused, traits: Traits, params: unknown): object {
  const code = refusal.wrong ? errno.invalid : refusal.errno;
  return {
    error: code,
    errname: nameOf(code),
    reason: refusal.reason,
    trace: traceOf(refusal, traits, params),
    extra: refusal.wrong ?? refusal.extra ?? null,
  };
}

/** The `exc_info` of a failed job. */
export function jobError({ refusal }: Refused, traits: Traits): object {
  const { className = 'Exception', repr = '' } = refusal.thrown ?? {};
  const type = refusal.wrong ? 'VALIDATION' : className;
  const extra = refusal.wrong ?? refusal.extra ?? null;
  if (traits.jobs === 'core') return { type, extra };
  return { repr, type, errno: refusal.wrong ? null : refusal.errno, extra };
}

/** The frames hold what the caller gave, secrets too: that is how it is up to 25.10. */
function traceOf({ thrown, reason }: Refusal, traits: Traits, params: unknown): object | null {
  if (!thrown) return null;
  const frame = {
    filename: 'middlewared/main.py',
    lineno: 198,
    method: 'call_method',
    line: 'result = await self.middleware.call_with_audit(message["method"], serviceobj, methodobj, params, self)\n',
    argspec: ['self', 'message'],
    locals: { params },
  };
  return {
    class: thrown.className,
    ...(traits.traceFrames ? { frames: [frame] } : {}),
    formatted: `Traceback (most recent call last):\n  File "${frame.filename}", line ${frame.lineno}, in ${frame.method}\n${thrown.className}: ${reason}\n`,
    ...(traits.errnames ? { repr: thrown.repr } : {}),
  };
}

function said(attribute: string | null, message: string, code: number): string {
  return `[${nameOf(code) ?? 'EUNKNOWN'}] ${attribute ?? 'ALL'}: ${message}`;
}

function nameOf(code: number): string | null {
  return names[code] ?? null;
}
