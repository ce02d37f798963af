import { defineConfig } from 'vitest/config';

// eslint-disable-next-line no-restricted-exports -- vitest reads the default export of its configuration
export default defineConfig({
  test: { include: ['test/unit/**/*.test.ts', 'test/wire/**/*.test.ts'], testTimeout: 20_000 },
});
