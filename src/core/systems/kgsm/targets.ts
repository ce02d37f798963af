import { posix } from 'node:path';
import { text, type Text } from '../../model/text.ts';
import { hostInUrl, webAddressProblem } from '../../wire/webAddress.ts';
import type { SecretSpec } from '../session.ts';
import type { KgsmSettings, WebhookPlace } from './settings.ts';

const journalScheme = 'journal:';

/** The address of a journal. */
export function eventFileAddress(directory: string): string {
  return journalScheme + directory;
}

/** The directory that the address of a journal names; nothing where it is the address of something else. */
export function eventFileDirectory(address: string): string | undefined {
  return address.startsWith(journalScheme) ? posix.normalize(address.slice(journalScheme.length)) : undefined;
}

/** The web address that KGSM has to post to. */
export function webhookAddress({ host, port, path = '/' }: WebhookPlace): string {
  return `${webhookOrigin({ host, port })}${path}`;
}

function webhookOrigin({ host, port }: WebhookPlace): string {
  return `http://${hostInUrl(host)}:${String(port)}`;
}

/** The secret that webhooks are signed with; the connection that takes them is what it is good for. */
export function kgsmSecrets({ webhook }: KgsmSettings): readonly SecretSpec[] {
  if (webhook === undefined) return [];
  const origin = webhookOrigin(webhook);
  return [{ kind: 'webhook', title: text('The secret that KGSM signs its webhooks with'), origin, user: '' }];
}

/** The secret that is sent to a receiver of webhooks is good for its origin, as one that we take them with is. */
export function kgsmTargetSecret(address: string): SecretSpec | undefined {
  if (!/^https?:/i.test(address) || webAddressProblem(address)) return undefined;
  const title = text('The secret that webhooks to this address are signed with');
  return { kind: 'webhook', title, origin: new URL(address).origin, user: '' };
}

/** `socket:<path>`, `events:<directory>` of KGSM 3, `webhook:<url>`. */
export const kgsmTargetSchemes = {
  socket: (path: string) => path,
  events: eventFileAddress,
  webhook: (url: string) => url,
} as const;

/** How a target is asked for. */
export const kgsmTargetPrompt = text(
  'The socket file of a bot or dashboard, a journal as journal:/directory, or the web address of a webhook.',
);

/** Problem of an address that events are to be sent to. */
export function checkKgsmTarget(value: string): Text | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are the very thing that is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) return text('A target has no control characters');
  if (value.startsWith('/')) return undefined;
  if (value.startsWith(journalScheme)) {
    return value.startsWith(`${journalScheme}/`)
      ? undefined
      : text('After {0} comes the absolute path of a directory', journalScheme);
  }
  if (/^https?:/i.test(value)) return webAddressProblem(value);
  return text('The absolute path of a socket file, journal:/directory, or http://…');
}
