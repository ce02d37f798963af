import { objectAt, queryMethod, type Methods } from './calls.ts';
import { callError, errno, validationError } from './errors.ts';
import type { Update } from './hub.ts';
import type { GivenVm, VmState } from './options.ts';
import type { Traits } from './profiles.ts';

interface Vm {
  readonly id: number | string;
  given: GivenVm;
  state: VmState;
  pid: number | null;
}

/** Libvirt's word for each state, and the word in libvirt's events. */
const words: Readonly<Record<VmState, { readonly domain: string; readonly event: string }>> = {
  RUNNING: { domain: 'RUNNING', event: 'STARTED' },
  STOPPED: { domain: 'SHUTOFF', event: 'SHUTOFF' },
  SUSPENDED: { domain: 'PAUSED', event: 'SUSPENDED' },
  ERROR: { domain: 'CRASHED', event: 'CRASHED' },
  UNKNOWN: { domain: 'NOSTATE', event: 'NOSTATE' },
};

const hasProcess: Readonly<Record<VmState, boolean>> = {
  RUNNING: true,
  STOPPED: false,
  SUSPENDED: true,
  ERROR: false,
  UNKNOWN: false,
};

/** Virtual machines; every generation has them. */
export class Vms {
  readonly #vms = new Map<number | string, Vm>();
  readonly #traits: Traits;
  readonly #extraKeys: object;
  readonly #publish: (update: Update) => void;
  #lastPid = 4000;

  constructor(
    given: readonly GivenVm[],
    traits: Traits,
    extraKeys: object,
    publish: (update: Update) => void,
  ) {
    this.#traits = traits;
    this.#extraKeys = extraKeys;
    this.#publish = publish;
    for (const [i, each] of given.entries()) this.put(i + 1, each);
  }

  /** Sets a machine, or makes it, and tells nobody; a state that is left out stays as it was. */
  put(id: number | string, given: GivenVm): void {
    const before = this.#vms.get(id);
    const { state = before?.state ?? 'STOPPED' } = given;
    const pid = hasProcess[state] ? (before?.pid ?? this.#nextPid()) : null;
    // Jobs that run hold on to the machine.
    this.#vms.set(id, Object.assign(before ?? {}, { id, given, state, pid }));
  }

  has(id: number | string): boolean {
    return this.#vms.has(id);
  }

  /** Takes a machine away and tells nobody. */
  forget(id: number | string): void {
    this.#vms.delete(id);
  }

  /** Sets the state alone, and tells nobody. */
  putState(id: number | string, state: VmState): void {
    const vm = this.#vms.get(id);
    if (vm) this.put(id, { ...vm.given, state });
  }

  entries(): readonly object[] {
    return [...this.#vms.values()].map((vm) => this.#entry(vm));
  }

  methods(): Methods {
    const id = { name: 'id', type: 'integer' } as const;
    const options = { name: 'options', type: 'object', otherwise: {} } as const;
    const at = (args: readonly unknown[]): Vm => this.#find(Number(args[0]));
    const plain = (
      from: readonly VmState[],
      to: VmState,
      refusal: (name: string) => string,
    ): Methods[string] => ({
      role: 'VM_WRITE',
      params: [id],
      run: ({ args }) => {
        const vm = at(args);
        if (!from.includes(vm.state)) throw callError(refusal(vm.given.name));
        this.#become(vm, to);
        return null;
      },
    });
    return {
      'vm.query': queryMethod(() => this.entries(), 'VM_READ'),
      'vm.start': {
        ...plain(['STOPPED', 'ERROR'], 'RUNNING', (name) => `${name} is already running`),
        params: [id, options],
      },
      'vm.poweroff': plain(['RUNNING', 'SUSPENDED'], 'STOPPED', (name) => `${name} is not running`),
      'vm.suspend': plain(['RUNNING'], 'SUSPENDED', (name) => `${name} is not running`),
      'vm.resume': plain(['SUSPENDED'], 'RUNNING', (name) => `${name} is not suspended`),
      'vm.stop': {
        role: 'VM_WRITE',
        params: [id, options],
        job: ({ args }) => ({
          lock: `stop_vm_${String(args[0])}`,
          failsWith: `VM ${String(args[0])} did not shut down in time`,
          run: async (job) => {
            const vm = at(args);
            if (vm.state === 'STOPPED') throw callError(`${vm.given.name} is not running`);
            if (objectAt(args, 1)['force'] !== true) await job.rest();
            this.#become(vm, 'STOPPED');
            return null;
          },
        }),
      },
      'vm.restart': {
        role: 'VM_WRITE',
        params: [id],
        job: ({ args }) => ({
          lock: `restart_vm_${String(args[0])}`,
          run: async (job) => {
            const vm = at(args);
            await job.rest();
            this.#become(vm, 'STOPPED');
            await job.rest();
            this.#become(vm, 'RUNNING');
            return null;
          },
        }),
      },
    };
  }

  #become(vm: Vm, state: VmState): void {
    vm.state = state;
    if (state === 'STOPPED') vm.pid = null;
    else vm.pid ??= this.#nextPid();
    if (this.#traits.containers) {
      this.#publish({ msg: 'changed', collection: 'vm.query', id: vm.id, fields: this.#entry(vm) });
      return;
    }
    const { domain, event } = words[state];
    const { devices, ...fields } = this.#entry(vm);
    this.#publish({
      msg: 'changed',
      collection: 'vm.query',
      id: vm.id,
      fields: {
        ...fields,
        status: { state: domain === 'PAUSED' ? state : domain, pid: vm.pid, domain_state: domain },
      },
      extra: { state: event },
    });
  }

  #nextPid(): number {
    this.#lastPid += 1;
    return this.#lastPid;
  }

  #find(id: number): Vm {
    const vm = this.#vms.get(id);
    if (vm) return vm;
    throw this.#traits.schema === 'old'
      ? callError(`VM ${id} does not exist`, errno.noEntry)
      : validationError('id', `VM ${id} does not exist`, errno.noEntry);
  }

  #entry({ id, given, state, pid }: Vm): Readonly<Record<string, unknown>> {
    return {
      id,
      name: given.name,
      description: '',
      vcpus: 1,
      cores: 2,
      threads: 1,
      memory: given.memoryMb ?? 4096,
      min_memory: null,
      bootloader: 'UEFI',
      autostart: true,
      shutdown_timeout: 90,
      uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
      devices: [],
      display_available: false,
      status: { state, pid, domain_state: words[state].domain },
      ...this.#extraKeys,
    };
  }
}
