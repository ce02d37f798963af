import { sharedFields, type SettingsContribution } from '../../src/core/systems/contributes.ts';
import { toySettingsSchema } from './settings.ts';

export const toyContribution: SettingsContribution = {
  schema: toySettingsSchema,
  snippet: { kind: 'toy', name: 'Toy', port: 7 },
  fields: { ...sharedFields, port: 'Port of the toy on this machine.' },
};
