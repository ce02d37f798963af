import * as z from 'zod/mini';
import type { Result } from './emitter.ts';
import type { Traits } from './releases.ts';
import { bodyOf, checkName, HttpError, type Call, type Reply, type Route } from './http.ts';
import { CommandRefused, type Lifecycle } from './lifecycle.ts';
import type { Machine } from './machine.ts';
import { accepted, action } from './replies.ts';
import type { Tasks } from './tasks.ts';
import type { Upkeep } from './upkeep.ts';

const commandBody = z.looseObject({ command: z.string() });
const installBody = z.looseObject({
  server_name: z.string(),
  server_version: z._default(z.string(), 'LATEST'),
  server_zip_path: z.optional(z.nullable(z.string())),
  overwrite: z.optional(z.boolean()),
});

const base = '/api/server/{server}';

/** What one server is and does: state, starting, stopping, commands, installing, updating, deleting. */
export function serverRoutes(traits: Traits, life: Lifecycle, upkeep: Upkeep, tasks: Tasks): Route[] {
  const { world } = life;
  const tail = traits.actionTail;

  const inBackground =
    (verb: string, work: (machine: Machine) => Promise<Result>) =>
    ({ user, machine }: Call): Promise<Reply> =>
      accepted(
        tasks,
        user,
        tail,
        `${verb} operation for server '${machine.name}' initiated in background.`,
        () => work(machine),
      );

  const startNow = async ({ machine }: Call): Promise<Reply> => {
    const { status, message = '' } = await life.start(machine);
    if (status === 'error') throw new HttpError(400, message);
    return { status: 200, body: action(tail, { message }) };
  };

  const sendCommand = async (call: Call): Promise<Reply> => {
    const { command } = bodyOf(commandBody, call);
    if (command.trim() === '') throw new HttpError(400, "Request must contain a non-empty 'command'.");
    try {
      const { message = '' } = await life.command(call.machine, command);
      return { status: 200, body: action(tail, { message }) };
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      throw new HttpError(error.reason === 'blocked' ? 403 : 409, error.message);
    }
  };

  const install = async (call: Call): Promise<Reply> => {
    const { server_name: name, server_version: version, ...rest } = bodyOf(installBody, call);
    checkName(name);
    const present = world.machines.get(name);
    const answer = (status: string, message: string, id: string | null): object => ({
      status,
      message,
      server_name: name,
      task_id: id,
    });
    if (present && rest.overwrite !== true)
      return {
        status: 200,
        body: answer('confirm_needed', `Server '${name}' already exists. Overwrite?`, null),
      };
    const custom = version.toUpperCase() === 'CUSTOM';
    if (custom && !rest.server_zip_path)
      throw new HttpError(400, 'server_zip_path is required for CUSTOM version.');
    if (present) await upkeep.remove(present);
    const zip = custom ? (rest.server_zip_path ?? null) : null;
    const { id, run } = await tasks.begin(call.user.username, () => upkeep.install(name, version, zip));
    return { status: 200, body: answer('pending', 'Server installation has started.', id), after: run };
  };

  const summary = async (machine: Machine): Promise<object> => summaryOf(traits, life, machine);

  const routes: Route[] = [
    { method: 'POST', path: '/api/server/install', role: 'admin', run: install },
    {
      method: 'GET',
      path: `${base}/status`,
      role: 'user',
      run: ({ machine }) => ({
        status: 200,
        body: { status: 'success', message: null, running: machine.alive },
      }),
    },
    {
      method: 'GET',
      path: `${base}/process_info`,
      role: 'user',
      run({ machine }) {
        const { status, message = null, process_info } = machine.processInfo(world.now());
        return { status: 200, body: { status, message, process_info } };
      },
    },
    {
      method: 'GET',
      path: `${base}/validate`,
      role: 'user',
      run: ({ machine: { name } }) => ({
        status: 200,
        body: { status: 'success', message: `Server '${name}' exists and is valid.` },
      }),
    },
    {
      method: 'POST',
      path: `${base}/start`,
      role: 'moderator',
      run: traits.startIsTask ? inBackground('Start', (machine) => life.start(machine)) : startNow,
    },
    {
      method: 'POST',
      path: `${base}/stop`,
      role: 'moderator',
      run: inBackground('Stop', (machine) => life.stop(machine)),
    },
    {
      method: 'POST',
      path: `${base}/restart`,
      role: 'moderator',
      run: inBackground('Restart', (machine) => life.restart(machine)),
    },
    { method: 'POST', path: `${base}/send_command`, role: 'moderator', run: sendCommand },
    {
      method: 'POST',
      path: `${base}/update`,
      role: 'admin',
      run: inBackground('Update', (machine) => upkeep.update(machine)),
    },
    {
      method: 'DELETE',
      path: `${base}/delete`,
      role: 'admin',
      run: inBackground('Delete', (machine) => upkeep.remove(machine)),
    },
  ];
  if (traits.summary)
    routes.push({
      method: 'GET',
      path: `${base}/summary`,
      role: 'moderator',
      run: async ({ machine }) => ({ status: 200, body: await summary(machine) }),
    });
  if (traits.configStatus)
    routes.push(
      {
        method: 'GET',
        path: `${base}/config_status`,
        role: 'user',
        run: ({ machine }) => ({
          status: 200,
          body: { status: 'success', message: null, config_status: machine.stored },
        }),
      },
      {
        method: 'GET',
        path: `${base}/version`,
        role: 'user',
        run: ({ machine }) => ({
          status: 200,
          body: { status: 'success', message: null, version: machine.version },
        }),
      },
    );
  return routes;
}

/** A server as the lists tell of it: telling writes down what was seen of its process. */
export async function summaryOf(traits: Traits, life: Lifecycle, machine: Machine): Promise<object> {
  const status = await life.reconcile(machine);
  const { name, version, knownPlayers, alive } = machine;
  const players = alive ? knownPlayers : [];
  const short = { name, status, version, player_count: players.length };
  return traits.playerNames ? { ...short, players } : short;
}
