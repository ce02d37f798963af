import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('the chat bot of the examples announces what gsops finds in the recording that is replayed to it', async () => {
  const gsops = JSON.stringify([process.execPath, `${root}src/cli/main.ts`]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--test', '--test-reporter', 'tap', `${root}examples/chat-bot/bot.test.mjs`],
    { env: { ...process.env, GSOPS: gsops } },
  );
  expect(stdout).toMatch(/^# pass 3$/m);
});
