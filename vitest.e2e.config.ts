import { defineConfig } from 'vitest/config';
import { reporters } from './test/harness/vitestReport.ts';

// eslint-disable-next-line no-restricted-exports -- vitest reads the default export of its configuration
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    // As long as Playwright waits: a program that is started for an answer takes a second on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    // One workbench at a time: two cores carry no more.
    fileParallelism: false,
    reporters: reporters(),
  },
});
