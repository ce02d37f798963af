import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { open, ready } from './rig.ts';

const ways = [
  { profile: '24.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'jsonrpc' },
] as const;

const password = 'right';
const forEver = 600_000;

/** A NAS on which redeploying takes for ever. */
async function start(profile: '24.10' | '25.10', abortable: boolean) {
  const server = await TrueNasServer.listen({
    profile,
    users: [{ name: 'root', password }],
    apps: [{ name: 'minecraft' }],
    timing: { jobStepMs: 2 },
  });
  server.define('app.redeploy', {
    params: [{ name: 'app_name', type: 'string' }],
    job: () => ({ abortable, run: (job) => job.rest(forEver) }),
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

describe.each(ways)('$profile over $protocol', ({ profile, protocol }) => {
  it.each([
    [true, 'ABORTED', 'It was aborted; what it had begun may go on'],
    [false, 'RUNNING', 'Not waited for any longer; the NAS goes on with it.'],
  ])('who cancels an operation whose job is abortable: %s, finds it %s', async (abortable, state, words) => {
    await using server = await start(profile, abortable);
    await using opened = open(server.url, { settings: { protocol } });
    await ready(opened);
    const abort = new AbortController();
    const result = opened.run('redeploy', { instance: 'minecraft', signal: abort.signal });
    await opened.until(() => opened.tasks().join() === 'Redeploy minecraft: running');
    abort.abort();
    const { outcome, message } = await result;
    expect(`${outcome}: ${english(message)}`).toBe(`failed: ${words}`);
    expect(server.jobs.map((job) => job['state'])).toEqual([state]);
  });

  it('offers the end of a job of somebody else where it can be aborted', async () => {
    await using server = await start(profile, true);
    await using opened = open(server.url, { settings: { protocol } });
    await ready(opened);
    server.runJob('pool.scrub', ['tank'], { abortable: true, run: (job) => job.rest(forEver) });
    server.runJob('pool.export', ['tank'], { run: (job) => job.rest(forEver) });
    await opened.until(() => opened.tasks().length === 2);
    const task = (method: string) =>
      [...opened.pipeline.fleet().tasks.values()].find(({ title }) => english(title) === method);
    expect(task('pool.export')?.cancellable).toBe(false);
    expect(task('pool.scrub')?.cancellable).toBe(true);
    const way = trueNas.cancelTask?.(task('pool.scrub')?.systemId ?? '');
    expect(way?.operation).toBe('abortJob');
    const { outcome } = await opened.run('abortJob', { input: way?.input ?? {} });
    expect(outcome).toBe('succeeded');
    await opened.until(() => task('pool.scrub')?.state === 'aborted');
    expect(task('pool.scrub')?.cancellable).toBe(false);
  });
});

describe('a message to the NAS', () => {
  const asked = (message: unknown): string | undefined => {
    const raw = typeof message === 'string' ? message : JSON.stringify(message);
    const question = trueNas.emitQuestion?.(Buffer.from(raw), 'NAS');
    return question && `${english(question.message)} ${english(question.detail)}`;
  };

  it('is asked about where it may change something', () => {
    const stop = { method: 'app.stop', params: ['minecraft'] };
    expect(asked({ jsonrpc: '2.0', id: 1, ...stop })).toBe('Call app.stop on NAS? With ["minecraft"].');
    expect(asked({ msg: 'method', id: '1', ...stop })).toBe('Call app.stop on NAS? With ["minecraft"].');
    expect(asked({ msg: 'method', id: '1', method: 'system.reboot' })).toBe(
      'Call system.reboot on NAS? Without parameters.',
    );
  });

  it('is not where it only looks, or is none at all', () => {
    for (const message of [
      { jsonrpc: '2.0', id: 1, method: 'app.query', params: [] },
      { msg: 'method', id: '1', method: 'core.get_jobs' },
      { msg: 'sub', id: '1', name: 'app.query' },
      { msg: 'ping' },
      '{',
      '[]',
      '['.repeat(100_000),
    ])
      expect(asked(message)).toBeUndefined();
  });
});
