import * as z from 'zod/mini';
import type { Emitter } from './emitter.ts';
import type { Traits } from './releases.ts';
import { bodyOf, HttpError, serverRoute, type Route } from './http.ts';
import { general, ofServer, succeeded } from './replies.ts';

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

const levels = ['visitor', 'member', 'operator'];

/** Allowlist, permissions, properties and settings of one server. */
export function configRoutes(traits: Traits, emitter: Emitter): Route[] {
  const routes = [
    serverRoute('GET', 'allowlist/get', 'moderator', ({ machine }) =>
      general(traits, { players: machine.allowlist }),
    ),
    serverRoute('POST', 'allowlist/add', 'moderator', async (call) => {
      const { players, ignoresPlayerLimit } = bodyOf(addBody, call);
      const { machine } = call;
      const entries = players.map((name) => ({ name, ignoresPlayerLimit }));
      const data = { server_name: machine.name, new_players_data: entries };
      const { message } = await emitter.around('allowlist_change', data, () => {
        const added = entries.filter(({ name }) => !machine.allowlist.some((each) => same(each.name, name)));
        machine.allowlist = [...machine.allowlist, ...added];
        return {
          status: 'success',
          message: `Successfully added ${added.length} new players to the allowlist.`,
          added_count: added.length,
        };
      });
      return succeeded({ message });
    }),
    serverRoute('DELETE', 'allowlist/remove', 'moderator', async (call) => {
      const { players } = bodyOf(removeBody, call);
      const { machine } = call;
      const data = { server_name: machine.name, player_names: players };
      const { message } = await emitter.around('allowlist_change', data, () => {
        const isThere = (name: string): boolean => machine.allowlist.some((each) => same(each.name, name));
        const [removed, unknown] = [players.filter(isThere), players.filter((name) => !isThere(name))];
        machine.allowlist = machine.allowlist.filter(({ name }) => !removed.some((each) => same(each, name)));
        return {
          status: 'success',
          message: 'Allowlist update process completed.',
          details: { removed, not_found: unknown },
        };
      });
      return succeeded({ message });
    }),
    serverRoute('GET', 'permissions/get', 'moderator', ({ machine }) =>
      ofServer(traits, { permissions: machine.permissions }),
    ),
    serverRoute(traits.setPermissions, 'permissions/set', 'moderator', async (call) => {
      const { permissions } = bodyOf(permissionsBody, call);
      const { machine } = call;
      const errors: Record<string, string> = {};
      for (const { xuid, name = null, permission_level: permission } of permissions) {
        const data = { server_name: machine.name, xuid, player_name: name, permission };
        const result = await emitter.around('permission_change', data, () => {
          const level = permission.toLowerCase();
          if (!levels.includes(level)) {
            const message = `Failed to configure permission: Invalid permission level '${permission}'.`;
            return { status: 'error', message };
          }
          const others = machine.permissions.filter((each) => each.xuid !== xuid);
          machine.permissions = [...others, { xuid, name: name ?? '', permission_level: permission }];
          return { status: 'success', message: `Permission for XUID '${xuid}' set to '${level}'.` };
        });
        if (result.status === 'error') errors[xuid] = result.message;
      }
      if (Object.keys(errors).length === 0)
        return succeeded({
          message: `Permissions updated for ${permissions.length} player(s).`,
          errors: null,
        });
      const message = 'One or more errors occurred while setting permissions.';
      return { status: 400, body: { status: 'error', message, errors } };
    }),
    serverRoute('GET', 'properties/get', 'moderator', ({ machine: { properties } }) =>
      general(traits, { properties, ...(traits.rawProperties ? { raw_content: fileOf(properties) } : {}) }),
    ),
    serverRoute('POST', 'properties/set', 'moderator', async (call) => {
      const { properties } = bodyOf(propertiesBody, call);
      const { machine } = call;
      const data = {
        server_name: machine.name,
        properties_to_update: properties,
        restart_after_modify: false,
      };
      const { status, message } = await emitter.around('properties_change', data, () => {
        const [wrong] = Object.entries(properties).find(([key, value]) => !isValid(key, String(value))) ?? [];
        if (wrong !== undefined)
          return {
            status: 'error',
            message: `Failed to modify properties: Validation failed for '${wrong}': ${wrong}: must be a number 1024-65535.`,
          };
        for (const [key, value] of Object.entries(properties)) machine.properties[key] = String(value);
        return { status: 'success', message: 'Server properties updated successfully.' };
      });
      if (status === 'error') throw new HttpError(400, message);
      return succeeded({ message });
    }),
  ];
  if (!traits.serverSettings) return routes;
  return [
    ...routes,
    serverRoute('GET', 'settings/get', 'user', ({ machine: { name, settings } }) =>
      succeeded({
        message: `Successfully retrieved settings for server '${name}'.`,
        settings,
        setting: null,
      }),
    ),
    // Changing a setting over HTTP emits no event, unlike the call of the same name inside the program.
    serverRoute('POST', 'settings/set', 'admin', (call) => {
      const { key, value } = bodyOf(settingBody, call);
      const { name, settings } = call.machine;
      write(settings, key.split('.'), value);
      return succeeded({
        message: `Setting '${key}' updated successfully for server '${name}'.`,
        settings: null,
        setting: { key, value },
      });
    }),
  ];
}

/** Player names are compared without regard to case. */
function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function fileOf(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Bedrock Server Manager validates more properties; here ports alone. */
function isValid(key: string, value: string): boolean {
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
