import { sharedFields, type SettingsContribution } from '../contributes.ts';
import { trueNasSettingsSchema } from './settings.ts';

export const trueNasContribution: SettingsContribution = {
  schema: trueNasSettingsSchema,
  snippet: { kind: 'truenas', id: 'nas', name: 'NAS', url: 'wss://nas.local', username: 'root' },
  fields: {
    ...sharedFields,
    protocol: 'How TrueNAS is spoken to. "auto" tries JSON-RPC (25.04 and later), else the older protocol.',
    apps: 'Which apps are game servers: names, with * for any part of one, or tag: with a category, keyword or train of the catalog, such as tag:games.',
  },
};
