import { rewriteJson, type Role, type RoleOf, type Rewriting } from '../rewriting.ts';

const roles: Readonly<Record<string, Role>> = {
  $date: 'time',
  jsonrpc: 'protocol',
  msg: 'protocol',
  method: 'protocol',
  state: 'protocol',
  status: 'protocol',
  domain_state: 'protocol',
  link_state: 'protocol',
  type: 'protocol',
  app_name: 'instance',
  release_name: 'instance',
  service_name: 'instance',
  instance_name: 'instance',
  description: 'quoting',
  reason: 'quoting',
  error: 'quoting',
  username: 'user',
  hostname: 'host',
  system_serial: 'host',
  address: 'address',
  host_ip: 'address',
  $ipv4_interface: 'address',
  $ipv6_interface: 'address',
};

const argument: Role = { behindColon: { document: (path) => keyed(path) }, withoutColon: 'protocol' };

const instanceMethod = /"method"\s*:\s*"(?:app|chart\.release|vm|virt\.instance|container|jail)\./;
const instanceEvent =
  /"collection"\s*:\s*"(?:(?:app|chart\.release|vm|virt\.instance|container|jail)\.query|chart\.release\.statistics)"/;
/** Fields that only entries of apps, machines and jails have: an answer does not say of which method it is. */
const instanceEntry =
  /"(?:active_workloads|upgrade_available|chart_metadata|vcpus|bootloader|host_hostuuid|instance_type)"/;

/** Fields under the one that holds the entry. */
const holders = new Set(['fields', 'result', 'params']);

/** Roles by the kind of the message, which is found in its text: the field that tells it may stand at the end. */
function rolesOf(raw: string): RoleOf {
  const isEvent = instanceEvent.test(raw);
  const isCall = instanceMethod.test(raw);
  const hasEntries = isEvent || instanceEntry.test(raw);
  return (path, value) => {
    const key = path.at(-1) ?? '';
    const holder = path.at(-2);
    if (key === 'collection') return argument;
    if (key === 'timestamp' && holder === 'fields') return 'time';
    if (key === 'id' && holder === undefined) return isEvent ? nameUnlessNumber(value) : 'protocol';
    if (hasEntries && (key === 'id' || key === 'name') && holders.has(holder ?? ''))
      return nameUnlessNumber(value);
    if (isCall && (key === 'arguments' || key === 'params')) return 'instance';
    return keyed(path);
  };
}

/** Machines have numbers beside their names. */
function nameUnlessNumber(value: string): Role {
  return /^\d+$/.test(value) ? 'protocol' : 'instance';
}

function keyed(path: readonly string[]): Role {
  const key = path.at(-1) ?? '';
  // The argument of a subscription.
  if (path.length === 1 && key === 'id') return 'instance';
  if (key.endsWith('version')) return 'protocol';
  return Object.hasOwn(roles, key) ? (roles[key] ?? 'text') : 'text';
}

export function rewriteTrueNas(raw: string, rewriting: Rewriting): string {
  return rewriteJson(raw, rolesOf(raw), rewriting);
}
