import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connectionsTable, offersTable, situations } from './offersTable.ts';

const golden = (system: string): string => fileURLToPath(new URL(`./offers/${system}.txt`, import.meta.url));

/** After a change that is meant: `npx vitest run --project unit offers -u`, and read what changed. */
describe('the table of what is on offer, and what is told where it is asked for all the same', () => {
  it.each([...situations.keys()])('is as it stands in offers/%s.txt', async (system) => {
    await expect(offersTable(system)).toMatchFileSnapshot(golden(system));
  });

  it('is as it stands in offers/connections.txt for commands on a connection', async () => {
    await expect(connectionsTable()).toMatchFileSnapshot(golden('connections'));
  });
});
