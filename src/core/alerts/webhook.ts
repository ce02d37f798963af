import * as z from 'zod/mini';
import { english, oneLine, text, type Text } from '../model/text.ts';
import { isLoopback, webAddressProblem } from '../wire/webAddress.ts';
import type { Alert } from './alert.ts';

/** An address that takes alerts, and the form in which it wants them. */
export interface AlertWebhook {
  readonly url: string;
  /** JSON with places such as `"${title}"`; without one, all fields of the alert. */
  readonly body?: string;
  /** Header whose value is the secret. */
  readonly header: string;
}

const form = z.object({
  url: z.string(),
  body: z.optional(z.string().check(z.maxLength(20_000))),
  header: z._default(z.string().check(z.regex(/^[\w-]{1,60}$/)), 'Authorization'),
});

/** Values for the places of a template. */
export interface AlertFields {
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly connection: string;
  readonly server: string;
  readonly host: string;
  readonly time: string;
}

/** The webhook of the settings, or why there is none. An address may hold a secret: no problem repeats it. */
export function readWebhook(value: unknown): { readonly webhook?: AlertWebhook; readonly problem?: Text } {
  if (value === undefined || value === null || isEmpty(value)) return {};
  const read = z.safeParse(form, value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = ['webhook', ...(issue?.path ?? [])].join('.');
    return { problem: text('gameServerOps.alerts.{0}: {1}', place, oneLine(issue?.message ?? '', 100)) };
  }
  const { url, body, header } = read.data;
  if (url === '') return {};
  const problem = webAddressProblem(url);
  if (problem) return { problem: text('gameServerOps.alerts.webhook.url: {0}', problem) };
  if (!isSafe(new URL(url)))
    return {
      problem: text(
        'gameServerOps.alerts.webhook.url has to begin with https:// unless it is on this machine.',
      ),
    };
  if (body !== undefined && !isJson(filled(body, example)))
    return { problem: text('gameServerOps.alerts.webhook.body is no JSON.') };
  return { webhook: { url, header, ...(body === undefined ? {} : { body }) } };
}

/** Without TLS, the secret and the names of servers could be read on the way. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(hostname);
}

/** The body for an alert: the template with its places filled, which is JSON whatever stands in the values. */
export function webhookBody({ body }: AlertWebhook, fields: AlertFields): string {
  return body === undefined ? JSON.stringify(fields) : filled(body, fields);
}

export function alertFields(alert: Alert, connectionName: string): AlertFields {
  const { kind, title, detail, instance, at } = alert;
  return {
    kind,
    title: english(title),
    detail: detail ? english(detail) : '',
    connection: connectionName,
    server: instance?.name ?? '',
    host: instance?.host ?? '',
    time: new Date(at).toISOString(),
  };
}

/** Places stand inside strings: what goes there is escaped as the inside of a JSON string. */
function filled(template: string, fields: AlertFields): string {
  return template.replace(/\$\{(\w+)\}/g, (place, name: string) =>
    name in fields ? JSON.stringify(fields[name as keyof AlertFields]).slice(1, -1) : place,
  );
}

/** The default of the setting. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

const example: AlertFields = {
  kind: 'crash',
  title: '"',
  detail: '',
  connection: '',
  server: '',
  host: '',
  time: '',
};
