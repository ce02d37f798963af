import { sharedFields, type SettingsContribution } from '../contributes.ts';
import { kgsmSettingsSchema } from './settings.ts';

export const kgsmContribution: SettingsContribution = {
  schema: kgsmSettingsSchema,
  snippet: { kind: 'kgsm', id: 'home', name: 'Home', root: '/opt/kgsm' },
  fields: {
    ...sharedFields,
    root: "KGSM's folder, the one with kgsm.sh. Without it, events are received but nothing can be started or stopped.",
    events:
      'How events arrive. "auto" looks which version of KGSM is in the root: up to 3.6 it has a socket, later a journal. "webhook" listens for what KGSM 2.2 and later posts.',
    journalDir:
      "Folder of KGSM's journal, an absolute path. By default the one that KGSM names (its event_journal_dir), else /var/lib/kgsm/events.",
    backfillHours:
      'How many hours the first look into a journal goes back; 0 shows only what comes from now on.',
    socket: "Name of the socket file below the root (KGSM's event_socket_filename), or an absolute path.",
    socketMode:
      'Permissions of the socket file. KGSM under another user needs "0660" (same group) or "0666".',
    webhook:
      'Where events are listened for that KGSM posts. Its secret is asked for and stands in no setting.',
    'webhook.host': 'Address to listen on. 127.0.0.1 is reached from this machine only.',
    'webhook.port': 'Port to listen on.',
    'webhook.path': 'Path that events are posted to; any path where it is left out.',
  },
};
