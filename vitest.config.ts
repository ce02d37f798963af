import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { reporters } from './test/harness/vitestReport.ts';

const ALL = ['test/unit/**/*.test.ts', 'test/wire/**/*.test.ts'];

/** Places and moments at which code that reads a clock goes wrong; each test file is loaded a second before. */
const CLOCKS = {
  'leap day in New York': { zone: 'America/New_York', startedAt: '2028-02-29T23:59:59Z' },
  'end of summer time on Lord Howe': { zone: 'Australia/Lord_Howe', startedAt: '2027-04-03T14:59:59Z' },
  'new year in Apia': { zone: 'Pacific/Apia', startedAt: '2026-12-31T10:59:59Z' },
};

/** Run under every clock: they read dates and times of day. TLS is none of them, since OpenSSL has a clock of its own. */
const CLOCK_TESTS = [
  'test/wire/{bedrock,kgsm,notifier,truenas}.test.ts',
  'test/unit/webview/*.test.ts',
  'test/unit/ui/{metricsFeed,throttle,tree/*}.test.ts',
  'test/unit/core/{journal,model,playback}/*.test.ts',
  'test/unit/core/connections/{connection,settings,support}.test.ts',
  'test/unit/core/systems/kgsm/diagnosis/diagnosis.test.ts',
  'test/unit/core/wire/{eventFile*,fileFollower,journalTailChance}.test.ts',
  'test/unit/simulator/{bedrock,kgsm,truenas}Play.test.ts',
  'test/unit/simulator/{bedrock,truenas}Recording.test.ts',
];

// eslint-disable-next-line no-restricted-exports -- vitest reads the default export of its configuration
export default defineConfig({
  test: {
    // No test is a measure of speed: a busy machine takes a multiple of a quiet one.
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Much of the time is spent in programs that tests start: one worker leaves a core idle.
    maxWorkers: 3,
    // A worker loads the product once: a quarter of the time went into loading it for each file.
    isolate: false,
    globalSetup: ['test/harness/programs.ts'],
    setupFiles: ['test/harness/cases.ts'],
    reporters: reporters(),
    tags: [{ name: 'proof', description: 'Long: `npm run soak` runs it in full.' }],
    // Programs that tests start are compiled once, not each time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'gsops-compile-cache') },
    projects: [
      { extends: true, test: { name: 'unit', include: ALL } },
      ...Object.entries(CLOCKS).map(([name, { zone, startedAt }]) => ({
        extends: true as const,
        test: {
          name,
          include: CLOCK_TESTS,
          setupFiles: ['test/harness/shiftedDate.ts'],
          env: { TZ: zone, GSOPS_STARTED_AT: startedAt },
        },
      })),
    ],
  },
});
