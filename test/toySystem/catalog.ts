import { text } from '../../src/core/model/text.ts';
import type { CatalogEntry } from '../../src/core/systems/emit.ts';

export const toyEntries: readonly CatalogEntry[] = [
  {
    type: 'switched',
    category: 'Lifecycle',
    retention: 'lifecycle',
    severity: 'info',
    description: text('A lamp was switched on or off.'),
    example: { switched: 'lamp-1', on: true },
  },
];
