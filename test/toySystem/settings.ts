import * as z from 'zod/mini';
import { text } from '../../src/core/model/text.ts';
import { readSettings } from '../../src/core/systems/settingsProblems.ts';
import type { SettingsResult } from '../../src/core/systems/settings.ts';

export const toySettingsSchema = z.looseObject({
  kind: z.literal('toy'),
  id: z.optional(z.string()),
  name: z.optional(z.string()),
  port: z.int().check(z.minimum(1), z.maximum(65_535)),
});

export interface ToySettings {
  readonly kind: 'toy';
  readonly id: string;
  readonly name: string;
  readonly port: number;
}

export function parseToySettings(value: unknown): SettingsResult<ToySettings> {
  const read = readSettings(toySettingsSchema, value, { port: text('a whole number from 1 to 65535') });
  if (!read.ok) return read;
  const { id = 'toy', name = id, port } = read.value;
  return { ok: true, warnings: read.warnings, settings: { kind: 'toy', id, name, port } };
}
