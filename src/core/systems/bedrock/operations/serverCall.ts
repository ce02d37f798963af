import type { Instance } from '../../../model/instance.ts';
import { lifecycle } from '../../../model/lifecycle.ts';
import { oneLine, type Text } from '../../../model/text.ts';
import type { InstanceOperation, OperationResult, OperationRun } from '../../operation.ts';
import { type BedrockSession, offers, roleBarrier, type Role } from '../session/bedrockSession.ts';
import type { BedrockSettings } from '../settings.ts';

type InstanceOp = InstanceOperation<BedrockSettings, BedrockSession>;
export type BedrockRun = OperationRun<BedrockSettings, BedrockSession>;

export function nameOf(instance: Instance): string {
  return oneLine(instance.name, 60);
}

export function isUp({ state }: Instance): boolean {
  return state === 'running' || state === 'ready';
}

/** Up or down, and not on the way from one to the other. */
export function rests({ state }: Instance): boolean {
  return state !== 'removed' && !lifecycle[state].transitional;
}

/** On offer while the connection is open and the user has the role. */
export function offered(
  needed: Role,
  fits: (instance: Instance) => boolean,
): Pick<InstanceOp, 'when' | 'barrier'> {
  return {
    when: (instance, _settings, reach) => offers(reach, needed) && fits(instance),
    barrier: (settings, reach) => roleBarrier(settings, reach, needed),
  };
}

/** One call about one server. The code that makes it is loaded when it is run. */
export function serverCall(
  method: string,
  rest: string,
  done: (name: string) => Text,
  body?: (run: BedrockRun) => unknown,
): (run: BedrockRun) => Promise<OperationResult> {
  return async (run) => {
    const { runCall, serverPath } = await import('./calls.ts');
    const path = serverPath(run.instance.key, rest);
    const call = { method, path, done: done(nameOf(run.instance)) };
    return runCall(run.session, body ? { ...call, body: body(run) } : call, run);
  };
}
