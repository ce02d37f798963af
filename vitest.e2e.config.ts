import { defineConfig } from 'vitest/config';
import { reporters } from './test/harness/vitestReport.ts';

// eslint-disable-next-line no-restricted-exports -- vitest reads the default export of its configuration
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // As long as Playwright waits: a program that is started for an answer takes a second on a busy machine.
    expect: { poll: { timeout: 60_000 } },
    // A workbench waits a third of its time: two at a time fill two cores.
    maxWorkers: 2,
    globalSetup: ['test/harness/programs.ts'],
    reporters: reporters(),
  },
});
