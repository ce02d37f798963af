import { wave } from '../host.ts';
import type { Traits } from './profiles.ts';
import type { Measure } from './sources.ts';

export interface Load {
  /** Percent of all processors. */
  readonly cpu: number;
  /** Part of the memory that is in use, 0 to 1. */
  readonly memory: number;
  readonly received: number;
  readonly sent: number;
}

const gib = 2 ** 30;
const totalMemory = 32 * gib;
const arc = 4 * gib;

/** The events of `reporting.realtime` in the form of the generation. */
export function realtimeMeasure(
  { realtime }: Traits,
  load: () => Load,
  isBroken: () => boolean,
  extraKeys: object,
): Measure {
  return (first) => {
    // Later ones leave an event out where nothing measures; older ones say so.
    if (isBroken()) return realtime === 'netdata' ? [] : [{ failed_to_connect: true }];
    const now = load();
    const said =
      realtime === 'netdata' ? netdata(now) : realtime === 'psutil' ? psutil(now) : core(now, first);
    return [{ ...said, ...extraKeys }];
  };
}

/** A machine that always does a little, the same in each run. */
export function gentleLoad(): () => Load {
  return wave(
    (height) => ({
      cpu: Math.round(100 * (30 + 18 * height)) / 100,
      memory: 0.4 + 0.05 * height,
      received: Math.round(60_000 + 40_000 * height),
      sent: Math.round(30_000 + 20_000 * height),
    }),
    7,
  );
}

function netdata({ cpu, memory, received, sent }: Load): object {
  return {
    zfs: Object.fromEntries(arcCounters.map((name) => [name, 0])),
    memory: {
      arc_size: arc,
      arc_free_memory: gib,
      arc_available_memory: 2 * gib,
      physical_memory_total: totalMemory,
      physical_memory_available: Math.round(totalMemory * (1 - memory)),
    },
    cpu: {
      cpu: { usage: cpu, temp: 41 },
      cpu0: { usage: cpu, temp: 40 },
      cpu1: { usage: cpu, temp: 41 },
    },
    disks: { read_ops: 5, read_bytes: 768_574, write_ops: 43, write_bytes: 73_847, busy: 7.342 },
    interfaces: {
      enp1s0: {
        link_state: 'LINK_STATE_UP',
        speed: 1000,
        received_bytes_rate: received,
        sent_bytes_rate: sent,
      },
    },
    pools: { tank: { available: 10 * 2 ** 40, used: 2 * 2 ** 40, total: 12 * 2 ** 40 } },
  };
}

function psutil({ cpu, memory, received, sent }: Load): object {
  const share = {
    ...cpuShare(cpu),
    iowait: 0,
    irq: 0,
    softirq: 0,
    steal: 0,
    guest: 0,
    guest_nice: 0,
    usage: cpu,
  };
  const available = Math.round(totalMemory * (1 - memory));
  return {
    zfs: { arc_max_size: totalMemory / 2, arc_size: arc, cache_hit_ratio: 0.98 },
    memory: {
      classes: {
        page_tables: 1_048_576,
        slab_cache: gib / 4,
        cache: gib,
        buffers: 67_108_864,
        unused: available - 2 * gib,
        arc,
        apps: totalMemory - available - arc,
      },
      extra: { inactive: 1, committed: 1, active: 1, vmalloc_used: 1, mapped: 1 },
    },
    virtual_memory: {
      ...virtualMemory(available),
      buffers: 7_139_328,
      cached: 971_915_264,
      shared: 8_974_336,
      slab: 383_770_624,
    },
    cpu: { 0: share, 1: share, average: share, temperature_celsius: { 0: 41, 1: 42 } },
    disks: { read_ops: 1, read_bytes: 1024, write_ops: 2, write_bytes: 2048, busy: 0.5 },
    interfaces: {
      enp1s0: {
        link_state: 'LINK_STATE_UP',
        speed: 1000,
        received_bytes_rate: received,
        sent_bytes_rate: sent,
        received_bytes: received,
        sent_bytes: sent,
      },
    },
    failed_to_connect: false,
  };
}

/** Rates need a sample before, so the first event lacks them. */
function core({ cpu, memory, received, sent }: Load, first: boolean): object {
  const { user, nice, system, idle } = cpuShare(cpu);
  const share = { user, nice, system, interrupt: 0, idle, usage: cpu };
  const available = Math.round(totalMemory * (1 - memory));
  const disks = { read_ops: 1, read_bytes: 1024, write_ops: 2, write_bytes: 2048, busy: 0.5 };
  // In tenths of a kelvin.
  const temperature = { 0: 3142, 1: 3152 };
  return {
    zfs: { arc_max_size: totalMemory / 2, arc_size: arc, cache_hit_ratio: 0.98 },
    memory: {
      classes: {
        laundry: 0,
        inactive: gib,
        active: gib,
        wire: 2 * gib,
        free: available,
        os_reserved: gib,
        arc,
      },
      extra: {},
      swap: { used: 0, total: 2 * gib },
    },
    virtual_memory: {
      ...virtualMemory(available),
      buffers: 0,
      cached: 0,
      shared: 188_002_304,
      wired: 2 * gib,
    },
    cpu: {
      ...(first ? {} : { 0: share, 1: share, average: share }),
      temperature,
      temperature_celsius: { 0: 41, 1: 42 },
    },
    ...(first
      ? {}
      : {
          disks,
          interfaces: {
            em0: {
              speed: 125_000_000,
              received_bytes: 1_068_597_254,
              received_bytes_rate: received,
              sent_bytes: 78_087_857,
              sent_bytes_rate: sent,
            },
          },
        }),
  };
}

function cpuShare(usage: number): { user: number; nice: number; system: number; idle: number } {
  return { user: usage - 1, nice: 0, system: 1, idle: 100 - usage };
}

function virtualMemory(available: number): object {
  const used = totalMemory - available;
  return {
    total: totalMemory,
    available,
    percent: Math.round((1000 * used) / totalMemory) / 10,
    used,
    free: available,
    active: 294_952_960,
    inactive: 849_887_232,
  };
}

const kinds = ['data', 'metadata'].flatMap((kind) =>
  [
    'hits_per_second',
    'io_hits_per_second',
    'misses_per_second',
    'hit_percentage',
    'io_hit_percentage',
    'miss_percentage',
  ].map((what) => `demand_${kind}_${what}`),
);
const arcCounters = [
  'demand_accesses_per_second',
  'demand_data_accesses_per_second',
  'demand_metadata_accesses_per_second',
  ...kinds,
  'l2arc_hits_per_second',
  'l2arc_misses_per_second',
  'total_l2arc_accesses_per_second',
  'l2arc_access_hit_percentage',
  'l2arc_miss_percentage',
  'bytes_read_per_second_from_the_l2arc',
  'bytes_written_per_second_to_the_l2arc',
];
