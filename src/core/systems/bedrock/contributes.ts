import { sharedFields, type SettingsContribution } from '../contributes.ts';
import { bedrockSettingsSchema } from './settings.ts';

export const bedrockContribution: SettingsContribution = {
  schema: bedrockSettingsSchema,
  snippet: {
    kind: 'bedrock',
    id: 'mc',
    name: 'Minecraft',
    url: 'http://127.0.0.1:11325',
    username: 'admin',
  },
  fields: sharedFields,
};
