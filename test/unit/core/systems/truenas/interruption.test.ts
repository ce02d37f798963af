import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { uncaught } from '../../../../../src/simulator/truenas/errors.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { open, ready, type Opened } from './rig.ts';

const ways = [
  { profile: '24.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'jsonrpc' },
] as const;

/** A NAS on which redeploying ends when a test says so: well, or with an error. */
async function start(profile: '24.10' | '25.10') {
  const server = await TrueNasServer.listen({
    profile,
    users: [{ name: 'root', password: 'right' }],
    apps: [{ name: 'minecraft' }],
    timing: { jobStepMs: 2 },
  });
  const end = Promise.withResolvers<null>();
  end.promise.catch(() => undefined);
  server.define('app.redeploy', {
    params: [{ name: 'app_name', type: 'string' }],
    job: () => ({
      run(job) {
        job.progress(20, 'Pulling images');
        return end.promise;
      },
    }),
  });
  return Object.assign(server, { finish: end, [Symbol.asyncDispose]: () => server.stop() });
}

/** An operation whose job runs. */
async function redeploying(server: TrueNasServer, protocol: string) {
  const opened = open(server.url, { settings: { protocol } });
  await ready(opened);
  const result = opened.run('redeploy', { instance: 'minecraft' });
  await opened.until(() => opened.tasks().join() === 'Redeploy minecraft: running');
  const outcome = async (): Promise<string> => {
    const { outcome: how, message } = await result;
    return `${how}: ${english(message)}`;
  };
  return Object.assign(opened, { outcome });
}

async function interrupted(opened: Opened): Promise<void> {
  await opened.until(() => opened.connection.state !== 'ready');
  await ready(opened);
}

describe.each(ways)('an operation on $profile over $protocol, interrupted', ({ profile, protocol }) => {
  it('succeeds with a job that goes on after the connection is back', async () => {
    await using server = await start(profile);
    await using opened = await redeploying(server, protocol);
    server.dropSockets(1001, 'Going away');
    await interrupted(opened);
    server.finish.resolve(null);
    expect(await opened.outcome()).toBe('succeeded: minecraft was redeployed');
    await opened.until(() => opened.tasks().join() === 'Redeploy minecraft: succeeded');
  });

  it('succeeds or fails as a job did meanwhile', async () => {
    for (const words of [undefined, 'boom']) {
      await using server = await start(profile);
      await using opened = await redeploying(server, protocol);
      server.dropSockets('abrupt');
      if (words === undefined) server.finish.resolve(null);
      else server.finish.reject(uncaught('KeyError', `'${words}'`));
      expect(await opened.outcome()).toBe(
        words === undefined ? 'succeeded: minecraft was redeployed' : "failed: KeyError: 'boom'",
      );
      const state = words === undefined ? 'succeeded' : 'failed';
      await opened.until(() => opened.tasks().join() === `Redeploy minecraft: ${state}`);
    }
  });

  it('survives a second interruption', async () => {
    await using server = await start(profile);
    await using opened = await redeploying(server, protocol);
    for (let time = 0; time < 2; time++) {
      server.dropSockets('abrupt');
      await interrupted(opened);
    }
    server.finish.resolve(null);
    expect(await opened.outcome()).toBe('succeeded: minecraft was redeployed');
  });

  it('is lost with a job that a restart of the NAS ended, though another one has its id', async () => {
    await using server = await start(profile);
    await using opened = await redeploying(server, protocol);
    await server.restart();
    server.runJob('app.start', ['minecraft'], { run: () => null });
    expect(await opened.outcome()).toContain(
      'failed: How it ended is not known: the NAS does not know the job',
    );
  });

  it('ends with the connection where that does not come back', async () => {
    await using server = await start(profile);
    await using opened = await redeploying(server, protocol);
    await opened.connection.stop();
    expect(await opened.outcome()).toContain('failed: How it ended is not known: the connection ended');
  });
});
