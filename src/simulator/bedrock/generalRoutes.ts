import * as z from 'zod/mini';
import type { Emitter } from './emitter.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, route, type Reply, type Route } from './http.ts';
import type { Lifecycle } from './lifecycle.ts';
import { general, ok, succeeded } from './replies.ts';
import { summaryOf } from './serverRoutes.ts';
import type { Tasks } from './tasks.ts';

export interface KnownPlayer {
  readonly name: string;
  readonly xuid: string;
}

const playersBody = z.looseObject({ players: z.array(z.string()) });

/** Routes about the program as a whole: servers, tasks, players, and itself. */
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
    const splash = traits.splash ? { splash_text: 'Modern Web UI!' } : {};
    return general(traits, { info: { ...about, ...splash } });
  };

  const servers = async (): Promise<Reply> => {
    const sorted = [...machines.values()].sort((a, b) => a.name.localeCompare(b.name));
    const list: object[] = [];
    for (const machine of sorted) list.push(await summaryOf(traits, life, machine));
    return general(traits, { servers: list });
  };

  const add = (given: readonly string[]): number => {
    const parsed = given.map((text) => text.split(':').map((part) => part.trim()));
    for (const [name = '', xuid = ''] of parsed) {
      if (name === '' || xuid === '') throw new HttpError(400, `Invalid player format: '${name}'.`);
      players.set(xuid, { name, xuid });
    }
    return parsed.length;
  };

  const routes: Route[] = [
    route('GET', '/api/info', 'public', info),
    route('GET', '/api/servers', 'user', servers),
    route('GET', '/api/tasks/status/{id}', 'user', ({ params }) => {
      const task = tasks.get(params['id'] ?? '');
      if (!task) throw new HttpError(404, 'Task not found');
      return ok(task);
    }),
    route('GET', '/api/players/get', 'moderator', () =>
      general(traits, { players: [...players.values()] }, 'players'),
    ),
    route('POST', '/api/players/add', 'moderator', async (call) => {
      const { players: given } = bodyOf(playersBody, call);
      const { message, count } = await emitter.around('players_add', { player_strings: given }, () => {
        const added = add(given);
        return {
          status: 'success',
          message: `${added} player entries processed and saved/updated.`,
          count: added,
        };
      });
      return succeeded({ message, count });
    }),
    route(traits.scan, '/api/players/scan', 'moderator', async () => {
      const result = await emitter.around('player_db_scan', {}, () => {
        const found = [...machines.values()].flatMap((machine) => machine.players);
        for (const { name, uuid } of found) players.set(uuid, { name, xuid: uuid });
        const n = found.length;
        const counts = {
          total_entries_in_logs: n,
          unique_players_submitted_for_saving: n,
          actually_saved_or_updated_in_db: n,
          scan_errors: [],
        };
        const message = `Player DB update complete. Entries found in logs: ${n}. Unique players submitted: ${n}. Actually saved/updated: ${n}.`;
        return { status: 'success', message, details: counts };
      });
      // Old releases name it otherwise in the answer than in the event.
      if (!traits.wrapsInData) return ok(result);
      const { message, details } = result;
      return general(traits, { message, data: details }, 'players');
    }),
  ];
  if (traits.setupStatus)
    routes.push(route('GET', '/api/setup/status', 'public', () => ok({ needs_setup: false })));
  if (traits.taskList) routes.push(route('GET', '/api/tasks/list', 'user', () => ok(tasks.list())));
  return routes;
}

/** An OpenAPI document with the paths and methods alone: enough for a client to find out which release this is. */
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
  return ['/api/openapi.json', '/openapi.json'].map((path) => route('GET', path, 'public', () => ok(body)));
}
