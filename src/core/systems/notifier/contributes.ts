import { sharedFields, type SettingsContribution } from '../contributes.ts';
import { notifierSettingsSchema } from './settings.ts';

export const notifierContribution: SettingsContribution = {
  schema: notifierSettingsSchema,
  snippet: {
    kind: 'notifier',
    id: 'bell',
    name: 'Bell',
    host: '127.0.0.1',
    port: 3000,
    ca: '/etc/bell/ca.crt',
    cert: '/etc/bell/client.crt',
    key: '/etc/bell/client.key',
  },
  fields: {
    ...sharedFields,
    host: 'Name or address of the server.',
    port: 'Port of the server.',
    serverName: "The name in the server's certificate, where it is not the host.",
    cert: 'PEM file with the certificate of this client, an absolute path.',
    key: 'PEM file with the key of this client, an absolute path. Its passphrase is asked for and stands in no setting.',
    legacyServer:
      'The server is of the revision that ends with all its connections at every message that it does not know; such messages are then not sent.',
  },
};
