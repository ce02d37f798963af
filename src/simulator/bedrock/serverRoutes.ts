import * as z from 'zod/mini';
import type { Result } from './emitter.ts';
import type { Traits } from './releases.ts';
import {
  bodyOf,
  checkName,
  HttpError,
  route,
  serverRoute,
  type Call,
  type Reply,
  type Route,
} from './http.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Machine } from './machine.ts';
import { accepted, action, general, ofServer, ok } from './replies.ts';
import type { Tasks } from './tasks.ts';
import type { Upkeep } from './upkeep.ts';

const commandBody = z.looseObject({ command: z.string() });
const installBody = z.looseObject({
  server_name: z.string(),
  server_version: z._default(z.string(), 'LATEST'),
  server_zip_path: z.optional(z.nullable(z.string())),
  overwrite: z.optional(z.boolean()),
});

/** State of one server, starting, stopping, commands, installing, updating, deleting. */
export function serverRoutes(traits: Traits, life: Lifecycle, upkeep: Upkeep, tasks: Tasks): Route[] {
  const { world } = life;
  const tail = traits.actionTail;

  const inBackground =
    (verb: string, work: (machine: Machine) => Promise<Result>) =>
    (call: Call): Promise<Reply> =>
      accepted(tasks, call, tail, `${verb} operation`, work);

  const startNow = async ({ machine }: Call): Promise<Reply> => {
    const { status, message = '' } = await life.start(machine);
    if (status === 'error') throw new HttpError(400, message);
    return ok(action(tail, { message }));
  };

  const sendCommand = async (call: Call): Promise<Reply> => {
    const { command } = bodyOf(commandBody, call);
    if (command.trim() === '') throw new HttpError(400, "Request must contain a non-empty 'command'.");
    const { message = '' } = await life.command(call.machine, command);
    return ok(action(tail, { message }));
  };

  const install = async (call: Call): Promise<Reply> => {
    const { server_name: name, server_version: version, ...rest } = bodyOf(installBody, call);
    checkName(name);
    const present = world.machines.get(name);
    const answer = (status: string, message: string, id: string | null): Reply =>
      ok({ status, message, server_name: name, task_id: id });
    if (present && rest.overwrite !== true)
      return answer('confirm_needed', `Server '${name}' already exists. Overwrite?`, null);
    const custom = version.toUpperCase() === 'CUSTOM';
    if (custom && !rest.server_zip_path)
      throw new HttpError(400, 'server_zip_path is required for CUSTOM version.');
    if (present) await upkeep.remove(present);
    const zip = custom ? (rest.server_zip_path ?? null) : null;
    const { id, run } = await tasks.begin(call.user.username, () => upkeep.install(name, version, zip));
    return { ...answer('pending', 'Server installation has started.', id), after: run };
  };

  const processInfo = (machine: Machine): Reply => {
    const { message, process_info } = machine.processInfo(world.now());
    return ofServer(traits, { process_info }, message);
  };

  const start = traits.startIsTask ? inBackground('Start', (machine) => life.start(machine)) : startNow;
  const stop = inBackground('Stop', (machine) => life.stop(machine));
  const restart = inBackground('Restart', (machine) => life.restart(machine));
  const update = inBackground('Update', (machine) => upkeep.update(machine));
  const remove = inBackground('Delete', (machine) => upkeep.remove(machine));
  const routes: Route[] = [
    route('POST', '/api/server/install', 'admin', install),
    serverRoute('GET', 'status', 'user', ({ machine }) => ofServer(traits, { running: machine.alive })),
    serverRoute('GET', 'process_info', 'user', ({ machine }) => processInfo(machine)),
    serverRoute('GET', 'validate', 'user', ({ machine: { name } }) =>
      general(traits, { message: `Server '${name}' exists and is valid.` }),
    ),
    serverRoute('POST', 'start', 'moderator', start),
    serverRoute('POST', 'stop', 'moderator', stop),
    serverRoute('POST', 'restart', 'moderator', restart),
    serverRoute('POST', 'send_command', 'moderator', sendCommand),
    serverRoute('POST', 'update', 'admin', update),
    serverRoute('DELETE', 'delete', 'admin', remove),
  ];
  if (traits.summary)
    routes.push(
      serverRoute('GET', 'summary', 'moderator', async ({ machine }) =>
        ok(await summaryOf(traits, life, machine)),
      ),
    );
  if (traits.configStatus)
    routes.push(
      serverRoute('GET', 'config_status', 'user', ({ machine }) =>
        ofServer(traits, { config_status: machine.stored }),
      ),
      serverRoute('GET', 'version', 'user', ({ machine }) => ofServer(traits, { version: machine.version })),
    );
  return routes;
}

/** A server as the lists show it; reading it stores what was seen of its process. */
export async function summaryOf(traits: Traits, life: Lifecycle, machine: Machine): Promise<object> {
  const status = await life.reconcile(machine);
  const { name, version, knownPlayers, alive } = machine;
  const players = alive ? knownPlayers : [];
  const short = { name, status, version, player_count: players.length };
  return traits.playerNames ? { ...short, players } : short;
}
