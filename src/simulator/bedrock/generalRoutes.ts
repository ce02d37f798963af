import * as z from 'zod/mini';
import type { Emitter } from './emitter.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, type Reply, type Route } from './http.ts';
import type { Lifecycle } from './lifecycle.ts';
import { general } from './replies.ts';
import { summaryOf } from './serverRoutes.ts';
import type { Tasks } from './tasks.ts';

export interface KnownPlayer {
  readonly name: string;
  readonly xuid: string;
}

const playersBody = z.looseObject({ players: z.array(z.string()) });

/** What is asked of the program as a whole: servers, tasks, players, and about itself. */
export function generalRoutes(
  traits: Traits,
  life: Lifecycle,
  emitter: Emitter,
  tasks: Tasks,
  players: Map<string, KnownPlayer>,
): Route[] {
  const { machines } = life.world;

  const info = (): Reply => {
    const about = { os_type: 'Linux', app_version: traits.version };
    // The oldest has nothing to say about itself beyond that.
    const splash = traits.infoTail.length > 0 ? {} : { splash_text: 'Modern Web UI!' };
    return { status: 200, body: general(traits, { info: { ...about, ...splash } }) };
  };

  const servers = async (): Promise<Reply> => {
    const sorted = [...machines.values()].sort((a, b) => a.name.localeCompare(b.name));
    const list: object[] = [];
    for (const machine of sorted) list.push(await summaryOf(traits, life, machine));
    return { status: 200, body: general(traits, { servers: list }) };
  };

  const add = async (given: readonly string[]): Promise<number> => {
    const parsed = given.map((text) => text.split(':').map((part) => part.trim()));
    for (const [name = '', xuid = ''] of parsed) {
      if (name === '' || xuid === '') throw new HttpError(400, `Invalid player format: '${name}'.`);
      players.set(xuid, { name, xuid });
    }
    await Promise.resolve();
    return parsed.length;
  };

  const routes: Route[] = [
    { method: 'GET', path: '/api/info', role: 'public', run: info },
    {
      method: 'GET',
      path: '/api/setup/status',
      role: 'public',
      run: () => ({ status: 200, body: { needs_setup: false } }),
    },
    { method: 'GET', path: '/api/servers', role: 'user', run: servers },
    {
      method: 'GET',
      path: '/api/tasks/status/{id}',
      role: 'user',
      run({ params }) {
        const task = tasks.get(params['id'] ?? '');
        if (!task) throw new HttpError(404, 'Task not found');
        return { status: 200, body: task };
      },
    },
    {
      method: 'GET',
      path: '/api/players/get',
      role: 'moderator',
      run: () => ({ status: 200, body: general(traits, { players: [...players.values()] }) }),
    },
    {
      method: 'POST',
      path: '/api/players/add',
      role: 'moderator',
      async run(call) {
        const { players: given } = bodyOf(playersBody, call);
        const { message, count } = await emitter.around(
          'players_add',
          { player_strings: given },
          async () => {
            const added = await add(given);
            return {
              status: 'success',
              message: `${added} player entries processed and saved/updated.`,
              count: added,
            };
          },
        );
        return { status: 200, body: { status: 'success', message, count } };
      },
    },
    {
      method: traits.scan,
      path: '/api/players/scan',
      role: 'moderator',
      async run() {
        const result = await emitter.around('player_db_scan', {}, () => {
          const found = [...machines.values()].flatMap((machine) => machine.players);
          for (const { name, uuid } of found) players.set(uuid, { name, xuid: uuid });
          const details = {
            total_entries_in_logs: found.length,
            unique_players_submitted_for_saving: found.length,
            actually_saved_or_updated_in_db: found.length,
            scan_errors: [],
          };
          const n = String(found.length);
          const message = `Player DB update complete. Entries found in logs: ${n}. Unique players submitted: ${n}. Actually saved/updated: ${n}.`;
          return { status: 'success', message, details };
        });
        return { status: 200, body: result };
      },
    },
  ];
  if (traits.taskList)
    routes.push({
      method: 'GET',
      path: '/api/tasks/list',
      role: 'user',
      run: () => ({ status: 200, body: tasks.list() }),
    });
  return routes;
}

/** As much of a description as it takes to find out what there is. */
export function describe(traits: Traits, routes: readonly Route[]): Route[] {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path } of routes) {
    const methods = (paths[path.replace('{server}', '{server_name}')] ??= {});
    methods[method.toLowerCase()] = { responses: { '200': { description: 'Successful Response' } } };
  }
  const body = {
    openapi: '3.1.0',
    info: { title: 'Bedrock Server Manager', version: traits.version },
    paths,
  };
  return ['/api/openapi.json', '/openapi.json'].map((path) => ({
    method: 'GET',
    path,
    role: 'public',
    run: () => ({ status: 200, body }),
  }));
}
