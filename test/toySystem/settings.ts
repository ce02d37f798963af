import * as z from 'zod/mini';
import { commonFields, port, readSettings } from '../../src/core/systems/readSettings.ts';
import type { SettingsResult } from '../../src/core/systems/settings.ts';

export const toySettingsSchema = z.looseObject({
  kind: z.literal('toy'),
  ...commonFields,
  port,
});

export interface ToySettings {
  readonly kind: 'toy';
  readonly id: string;
  readonly name: string;
  readonly port: number;
}

export function parseToySettings(value: unknown): SettingsResult<ToySettings> {
  const read = readSettings(toySettingsSchema, value, {});
  if (!read.ok) return read;
  const { id = 'toy', name = id, port } = read.settings;
  return { ok: true, warnings: read.warnings, settings: { kind: 'toy', id, name, port } };
}
