import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import type { OperationResult } from '../../../../../src/core/systems/operation.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { open, ready } from './rig.ts';

const ways = [
  { profile: '24.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'jsonrpc' },
] as const;

const said = ({ outcome, message }: OperationResult): string => `${outcome}: ${english(message)}`;

async function start(profile: '24.10' | '25.10') {
  const server = await TrueNasServer.listen({
    profile,
    apps: [{ name: 'minecraft' }],
    vms: [{ name: 'ark' }, { name: 'sleeper', state: 'SUSPENDED' }],
    timing: { jobStepMs: 2 },
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

/** No operation has succeeded before the NAS says that its work is done. */
describe.each(ways)('$profile over $protocol', ({ profile, protocol }) => {
  const settings = { protocol };
  const secrets = { password: 'secret' };

  it('a call that begins a job has succeeded or failed as the job does', async () => {
    await using server = await start(profile);
    await using opened = open(server.url, { settings, secrets });
    await ready(opened);
    const call = { method: 'app.stop', params: '["minecraft"]' };
    server.failNext('app.stop', 'no space left');
    const failure = said(await opened.run('request', { input: call }));
    expect(failure).toMatch(/^failed: .*no space left/);
    const success = said(await opened.run('request', { input: { ...call, method: 'app.start' } }));
    expect(success).toMatch(/^succeeded: /);
    expect(server.jobs.map((job) => job['state'])).toEqual(['FAILED', 'SUCCESS']);
  });

  it('a call that answers with a number of its own is no job', async () => {
    await using server = await start(profile);
    server.define('test.count', { params: [], run: () => 1 });
    await using opened = open(server.url, { settings, secrets });
    await ready(opened);
    await opened.run('stop', { instance: 'minecraft' });
    expect(said(await opened.run('request', { input: { method: 'test.count' } }))).toBe(
      'succeeded: Answered: 1',
    );
  });

  it('a job that ends before it is aborted was not aborted', async () => {
    await using server = await start(profile);
    await using opened = open(server.url, { settings, secrets });
    await ready(opened);
    const done = Promise.withResolvers<undefined>();
    server.runJob('pool.scrub', ['tank'], {
      description: 'Scrub of tank',
      abortable: true,
      run: () => done.promise,
    });
    await opened.until(() => opened.tasks().length === 1);
    const release = server.hold('core.job_abort');
    const result = opened.run('abortJob', { input: { job: '1' } });
    await opened.until(() => (server.calls.get('core.job_abort') ?? 0) > 0);
    done.resolve(undefined);
    await opened.until(() => opened.tasks().join().endsWith('succeeded'));
    release();
    expect(said(await result)).toBe('failed: Scrub of tank was done before it could be aborted');
  });

  it.each([
    ['ark', '1', 'vm.start'],
    ['sleeper', '2', 'vm.resume'],
  ])('a machine that is started or woken runs afterwards, or was not: %s', async (name, instance, method) => {
    await using server = await start(profile);
    server.define(method, { params: [{ name: 'id', type: 'integer' }], run: () => null });
    await using opened = open(server.url, { settings, secrets });
    await ready(opened);
    expect(said(await opened.run('start', { instance }))).toBe(
      `failed: The NAS took the call, but ${name} does not run`,
    );
  });
});
