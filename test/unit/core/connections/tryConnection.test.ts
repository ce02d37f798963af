import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  tryConnection,
  type TrialResult,
  type TriedStep,
} from '../../../../src/core/connections/tryConnection.ts';
import { readConnection } from '../../../../src/core/connections/settings.ts';
import { english } from '../../../../src/core/model/text.ts';
import { sendToUnixSocket } from '../../../../src/core/wire/unixSender.ts';
import { kgsmEvent, ManualClock, noSecrets, silentLog, systems } from '../helpers.ts';

describe('the test of a connection', () => {
  let root = '';
  let clock: ManualClock;
  let steps: readonly TriedStep[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gs-'));
    clock = new ManualClock();
    steps = [];
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function start(
    entry: object,
    onWaiting: () => void,
    abort = new AbortController(),
  ): Promise<TrialResult> {
    const read = await readConnection({ kind: 'kgsm', id: 'new', events: 'socket', ...entry }, systems);
    if (!read.ok) throw new Error('the settings are right');
    return tryConnection({
      ...read.connection,
      secret: noSecrets(),
      clock,
      log: silentLog,
      signal: abort.signal,
      onSteps(all) {
        steps = all;
        if (all.at(-1)?.outcome === 'running' && all.at(-1)?.title.template.includes('first event') === true)
          setImmediate(onWaiting);
      },
    });
  }

  it('is fine with the first event, each step seen to end', async () => {
    const result = await start({ socket: join(root, 'kgsm.sock') }, () => {
      void sendToUnixSocket(join(root, 'kgsm.sock'), Buffer.from(kgsmEvent('instance_started', 'a')));
    });
    expect(result).toEqual({ ok: true });
    expect(steps.map(({ outcome }) => outcome)).toEqual(steps.map(() => 'fine'));
    expect(steps.length).toBeGreaterThan(1);
    // What it opened is closed again.
    await expect(sendToUnixSocket(join(root, 'kgsm.sock'), Buffer.from('{}'))).rejects.toThrow();
  });

  it('works too where nothing comes in time, and says that this is normal', async () => {
    const result = await start({ socket: join(root, 'kgsm.sock') }, () => {
      clock.advance(60_000);
    });
    expect(result).toEqual({ ok: true });
    expect(steps.at(-1)).toMatchObject({ outcome: 'doubtful' });
  });

  it('shows the step that failed with its reason', async () => {
    await writeFile(join(root, 'kgsm.sock'), 'not a socket');
    const result = await start({ socket: join(root, 'kgsm.sock') }, () => undefined);
    expect(result.ok).toBe(false);
    expect(steps.at(-1)?.outcome).toBe('wrong');
    expect(english(steps.at(-1)?.detail ?? { template: '', args: [] })).toContain('kgsm.sock');
    expect(steps.slice(0, -1).every(({ outcome }) => outcome === 'fine')).toBe(true);
  });

  it('ends at once when the user leaves', async () => {
    const abort = new AbortController();
    const result = await start(
      { socket: join(root, 'kgsm.sock') },
      () => {
        abort.abort();
      },
      abort,
    );
    expect(result.ok).toBe(true);
    expect(clock.waiting).toBe(0);
  });
});
