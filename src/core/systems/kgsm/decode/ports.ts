/** Ports that are kept of one instance. */
const mostPorts = 20;

const spec = /^(\d{1,5})(?:[:-](\d{1,5}))?(?:\/(tcp|udp))?$/i;

/**
 * The ports of an instance in the form of the model. KGSM writes them as its firewall takes them
 * (`2456:2458/udp|27015`), version 3 also as a list with begin, end and protocol.
 */
export function portsIn(told: unknown): readonly string[] {
  const ports = Array.isArray(told) ? told.map(listed) : typeof told === 'string' ? written(told) : [];
  return [...new Set(ports.filter((port) => port !== undefined))].slice(0, mostPorts);
}

function written(told: string): readonly (string | undefined)[] {
  return told
    .slice(0, 1000)
    .split(/[|,\s]+/)
    .map((part) => {
      const [, start, end = start, protocol] = spec.exec(part) ?? [];
      return portText(Number(start), Number(end), protocol);
    });
}

function listed(told: unknown): string | undefined {
  if (typeof told !== 'object' || told === null) return undefined;
  const { start, end = start, protocol } = told as Readonly<Record<string, unknown>>;
  if (typeof start !== 'number' || typeof end !== 'number') return undefined;
  return portText(start, end, typeof protocol === 'string' ? protocol : undefined);
}

function portText(start: number, end: number, protocol: string | undefined): string | undefined {
  const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;
  if (!isPort(start) || !isPort(end)) return undefined;
  const ending = protocol === undefined ? '' : `/${protocol.toLowerCase().slice(0, 3)}`;
  return `${String(start)}${end === start ? '' : `-${String(end)}`}${ending}`;
}
