import { effects, type AnyOperation, type Effect } from '../../core/systems/operation.ts';
import type { AnySystem } from '../../core/systems/system.ts';
import { ownCommands, sharedVerbs, type CommandSpec } from './commands.ts';

/** The command of all operations of one id. */
export interface OperationCommand extends CommandSpec {
  readonly id: string;
  readonly target: AnyOperation['target'];
  /** The worst effect that it has in any system. */
  readonly effect: Effect;
}

/** One command for each id that an operation of these systems has: the shared verbs first, then each system's own. */
export function operationCommands(systems: readonly AnySystem[]): readonly OperationCommand[] {
  const byId = Map.groupBy(
    systems.flatMap(({ operations }) => operations),
    ({ id }) => id,
  );
  const shared = Object.keys(sharedVerbs).filter((id) => byId.has(id));
  return [...new Set([...shared, ...byId.keys()])].map((id) => commandOf(id, byId.get(id) ?? []));
}

function commandOf(id: string, operations: readonly AnyOperation[]): OperationCommand {
  const [first] = operations;
  const spec = sharedVerbs[id] ?? (operations.length === 1 ? first?.command : undefined);
  if (!first || !spec) throw new Error(`the operation ${id} needs a command of its own or a shared verb`);
  if (Object.hasOwn(ownCommands, id)) throw new Error(`the operation ${id} has the name of another command`);
  const effect = effects.findLast((worst) => operations.some((operation) => operation.effect === worst));
  return { id, ...spec, target: first.target, effect: effect ?? 'reads' };
}
