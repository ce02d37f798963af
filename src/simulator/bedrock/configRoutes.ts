import * as z from 'zod/mini';
import type { Emitter } from './emitter.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, type Route } from './http.ts';

const addBody = z.looseObject({
  players: z.array(z.string()),
  ignoresPlayerLimit: z._default(z.boolean(), false),
});
const removeBody = z.looseObject({ players: z.array(z.string()) });
const permissionsBody = z.looseObject({
  permissions: z.array(
    z.looseObject({ xuid: z.string(), name: z.nullish(z.string()), permission_level: z.string() }),
  ),
});
const propertiesBody = z.looseObject({ properties: z.record(z.string(), z.unknown()) });
const settingBody = z.looseObject({ key: z.string(), value: z.unknown() });

const base = '/api/server/{server}';
const levels = ['visitor', 'member', 'operator'];

/** What is configured of one server: who may play, who may do what, properties, settings. */
export function configRoutes(traits: Traits, emitter: Emitter): Route[] {
  return [
    {
      method: 'GET',
      path: `${base}/allowlist/get`,
      role: 'moderator',
      run: ({ machine }) => ({
        status: 200,
        body: { status: 'success', message: null, players: machine.allowlist },
      }),
    },
    {
      method: 'POST',
      path: `${base}/allowlist/add`,
      role: 'moderator',
      async run(call) {
        const { players, ignoresPlayerLimit } = bodyOf(addBody, call);
        const { machine } = call;
        const entries = players.map((name) => ({ name, ignoresPlayerLimit }));
        const data = { server_name: machine.name, new_players_data: entries };
        const { message } = await emitter.around('allowlist_change', data, () => {
          const added = entries.filter(
            ({ name }) => !machine.allowlist.some((each) => same(each.name, name)),
          );
          machine.allowlist = [...machine.allowlist, ...added];
          return {
            status: 'success',
            message: `Successfully added ${added.length} new players to the allowlist.`,
            added_count: added.length,
          };
        });
        return { status: 200, body: { status: 'success', message } };
      },
    },
    {
      method: 'DELETE',
      path: `${base}/allowlist/remove`,
      role: 'moderator',
      async run(call) {
        const { players } = bodyOf(removeBody, call);
        const { machine } = call;
        const data = { server_name: machine.name, player_names: players };
        const { message } = await emitter.around('allowlist_change', data, () => {
          const isThere = (name: string): boolean => machine.allowlist.some((each) => same(each.name, name));
          const [removed, unknown] = [players.filter(isThere), players.filter((name) => !isThere(name))];
          machine.allowlist = machine.allowlist.filter(
            ({ name }) => !removed.some((each) => same(each, name)),
          );
          return {
            status: 'success',
            message: 'Allowlist update process completed.',
            details: { removed, not_found: unknown },
          };
        });
        return { status: 200, body: { status: 'success', message } };
      },
    },
    {
      method: 'GET',
      path: `${base}/permissions/get`,
      role: 'moderator',
      run: ({ machine }) => ({
        status: 200,
        body: { status: 'success', message: null, permissions: machine.permissions },
      }),
    },
    {
      method: traits.setPermissions,
      path: `${base}/permissions/set`,
      role: 'moderator',
      async run(call) {
        const { permissions } = bodyOf(permissionsBody, call);
        const { machine } = call;
        const errors: Record<string, string> = {};
        for (const { xuid, name = null, permission_level: permission } of permissions) {
          const data = { server_name: machine.name, xuid, player_name: name, permission };
          const result = await emitter.around('permission_change', data, () => {
            if (!levels.includes(permission.toLowerCase()))
              return {
                status: 'error',
                message: `Failed to configure permission: Invalid permission level '${permission}'.`,
              };
            const others = machine.permissions.filter((each) => each.xuid !== xuid);
            machine.permissions = [...others, { xuid, name: name ?? '', permission_level: permission }];
            return {
              status: 'success',
              message: `Permission for XUID '${xuid}' set to '${permission.toLowerCase()}'.`,
            };
          });
          if (result.status === 'error') errors[xuid] = result.message;
        }
        const good = Object.keys(errors).length === 0;
        return good
          ? {
              status: 200,
              body: {
                status: 'success',
                message: `Permissions updated for ${permissions.length} player(s).`,
                errors: null,
              },
            }
          : {
              status: 400,
              body: {
                status: 'error',
                message: 'One or more errors occurred while setting permissions.',
                errors,
              },
            };
      },
    },
    {
      method: 'GET',
      path: `${base}/properties/get`,
      role: 'moderator',
      run: ({ machine }) => ({
        status: 200,
        body: { status: 'success', message: null, properties: machine.properties },
      }),
    },
    {
      method: 'POST',
      path: `${base}/properties/set`,
      role: 'moderator',
      async run(call) {
        const { properties } = bodyOf(propertiesBody, call);
        const { machine } = call;
        const data = {
          server_name: machine.name,
          properties_to_update: properties,
          restart_after_modify: false,
        };
        const result = await emitter.around('properties_change', data, () => {
          const wrong = Object.entries(properties).find(([key, value]) => !isGood(key, String(value)));
          if (wrong)
            return {
              status: 'error',
              message: `Failed to modify properties: Validation failed for '${wrong[0]}': ${wrong[0]}: must be a number 1024-65535.`,
            };
          for (const [key, value] of Object.entries(properties)) machine.properties[key] = String(value);
          return { status: 'success', message: 'Server properties updated successfully.' };
        });
        if (result.status === 'error') throw new HttpError(400, result.message);
        return { status: 200, body: { status: 'success', message: result.message } };
      },
    },
    {
      method: 'GET',
      path: `${base}/settings/get`,
      role: 'user',
      run: ({ machine: { name, settings } }) => ({
        status: 200,
        body: {
          status: 'success',
          message: `Successfully retrieved settings for server '${name}'.`,
          settings,
          setting: null,
        },
      }),
    },
    {
      method: 'POST',
      path: `${base}/settings/set`,
      role: 'admin',
      // Unlike its namesake in the program this one is not told of by an event.
      run(call) {
        const { key, value } = bodyOf(settingBody, call);
        const { machine } = call;
        write(machine.settings, key.split('.'), value);
        return {
          status: 200,
          body: {
            status: 'success',
            message: `Setting '${key}' updated successfully for server '${machine.name}'.`,
            settings: null,
            setting: { key, value },
          },
        };
      },
    },
  ];
}

/** Names of players are compared without their case. */
function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Only ports are looked at here. */
function isGood(key: string, value: string): boolean {
  if (key !== 'server-port' && key !== 'server-portv6') return true;
  return /^\d+$/.test(value) && Number(value) >= 1024 && Number(value) <= 65_535;
}

function write(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const inner = Object.hasOwn(into, key) ? into[key] : undefined;
  const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  into[key] = next;
  write(next, rest, value);
}
