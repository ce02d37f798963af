import type * as z from 'zod/mini';
import { isFields } from './reading.ts';

type Issues = readonly z.core.$ZodIssue[];

/** Says of a value of JSON whether it is right; `false` where that is not certain. */
type Check = (value: unknown) => boolean;

const none: Issues = [];
const uncertain: Check = () => false;

/**
 * Finds the issues of a schema in values of JSON. Nearly all messages have none, which a look at the types of their fields
 * tells in a fraction of the time that the schema takes to copy them.
 */
export function issuesBy(schema: z.ZodMiniType): (value: unknown) => Issues {
  const isRight = checkOf(schema);
  return (value) => (isRight(value) ? none : (schema.safeParse(value).error?.issues ?? none));
}

/** Made from the schema itself, so that the two never say different things. */
function checkOf(schema: z.core.$ZodType): Check {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== 'string' && def.checks && def.checks.length > 0) return uncertain;
  switch (def.type) {
    case 'unknown':
      return (value) => value !== undefined;
    case 'string':
      return textCheck(def);
    case 'number':
      return 'check' in def ? uncertain : Number.isFinite;
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'optional':
      return orValue(undefined, checkOf(def.innerType));
    case 'nullable':
      return orValue(null, checkOf(def.innerType));
    case 'array':
      return listCheck(checkOf(def.element));
    case 'record':
      return isTextRecord(def) ? isFields : uncertain;
    case 'object':
      return fieldsCheck(def);
    default:
      return uncertain;
  }
}

function textCheck({ checks = [] }: z.core.$ZodStringDef): Check {
  let least = 0;
  for (const { _zod } of checks) {
    if (_zod.def.check !== 'min_length') return uncertain;
    least = Math.max(least, (_zod.def as z.core.$ZodCheckMinLengthDef).minimum);
  }
  return (value) => typeof value === 'string' && value.length >= least;
}

function orValue(other: null | undefined, check: Check): Check {
  return (value) => value === other || check(value);
}

function listCheck(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** Any values under any names. */
function isTextRecord({ keyType, valueType, mode }: z.core.$ZodRecordDef): boolean {
  const [key, value] = [(keyType as z.core.$ZodTypes)._zod.def, (valueType as z.core.$ZodTypes)._zod.def];
  return key.type === 'string' && !key.checks?.length && value.type === 'unknown' && mode !== 'loose';
}

/** Fields that the schema does not name may hold anything. */
function fieldsCheck({ shape, catchall }: z.core.$ZodObjectDef): Check {
  if ((catchall as z.core.$ZodTypes | undefined)?._zod.def.type !== 'unknown') return uncertain;
  const fields = Object.entries(shape).map(([name, schema]) => [name, checkOf(schema)] as const);
  return (value) => isFields(value) && fields.every(([name, check]) => check(value[name]));
}
