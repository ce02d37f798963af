import { Emissions } from '../playback/emissions.ts';
import type { EmitTargets } from '../playback/emitTargets.ts';
import type { Runtime } from '../runtime.ts';
import type { EmitTools } from './emitRequests.ts';
import { EmitShelf } from './emitShelf.ts';

/** The one place of a window through which its inspectors emit. */
export function openEmitting(runtime: Runtime, targets: EmitTargets): EmitTools {
  const emitShelf = runtime.scope.add(new EmitShelf(runtime.context.workspaceState, runtime.systems));
  const emissions = runtime.scope.add(new Emissions(runtime, targets, emitShelf));
  return { targets, emissions, emitShelf };
}
