import { describe, expect, it } from 'vitest';
import type { Method } from '../../../src/simulator/truenas/calls.ts';
import type { GivenApp } from '../../../src/simulator/truenas/options.ts';
import { linesOf } from '../../wire/reading.ts';
import { apps, eventually, startTrueNas } from './truenasServer.ts';

interface Line {
  readonly t: number;
  readonly dir?: '<' | '>';
  readonly text?: string;
}

/** Both recordings of 25.10 are of one run of the middleware: the second begins where the first ended. */
const recordings = [
  { name: '24.10-websocket', profile: '24.10', protocol: 'ddp', jobsBefore: 0 },
  { name: '25.10-websocket', profile: '25.10', protocol: 'ddp', jobsBefore: 0 },
  { name: '25.10-jsonrpc', profile: '25.10', protocol: 'jsonrpc', jobsBefore: 5 },
] as const;

const later: readonly GivenApp[] = apps.map((app) => ({
  ...app,
  ...(app.name === 'minecraft' ? {} : { state: app.name === 'valheim' ? 'CRASHED' : 'RUNNING' }),
}));

/** Things that were added to the real middleware for the recording. */
const longJob: Method = {
  params: [{ name: 'seconds', type: 'integer' }],
  job: ({ args }) => ({
    description: `Long job (${String(args[0])}s)`,
    abortable: true,
    async run(job) {
      const steps = 5 * Number(args[0]);
      for (let i = 0; i < steps; i++) {
        job.progress(Math.floor((100 * i) / steps), `step ${i}`, { i });
        await job.rest(200);
      }
      return null;
    },
  }),
};

describe('a recording is what the simulator says to the same calls:', () => {
  it.each(recordings)('$name', async ({ name, profile, protocol, jobsBefore }) => {
    await using rig = await startTrueNas({
      profile,
      ...(jobsBefore > 0 ? { apps: later } : {}),
      timing: { refusalMs: 10 },
    });
    const { server, clock } = rig;
    server.define('test.long_job', longJob);
    server.define('test.fail_next', {
      params: [{ name: 'app', type: 'string' }],
      run() {
        server.failNext('app.start');
        return null;
      },
    });
    for (let i = 0; i < jobsBefore; i++) server.runJob('test', [], { run: () => null });
    await clock.advance(0);

    const client = await rig.open(protocol);
    const lines = linesOf(`truenas-${name}.jsonl`).map((line) => JSON.parse(line) as Line);
    const recorded = lines.flatMap(({ dir, text }) => (dir === '<' && text !== undefined ? [text] : []));
    let time = 0;
    for (const { t, dir, text } of lines) {
      if (dir !== '>' || text === undefined) continue;
      await clock.advance(t - time);
      time = t;
      const before = server.messages.length;
      client.say(withIds(text.replace('<password>', 'secret'), recorded, client.texts));
      await eventually(() => server.messages.length > before);
    }
    await clock.advance(10_000);
    // The answer to this comes after all the rest.
    const last = { id: 'last', method: 'core.ping', params: [] };
    client.say(protocol === 'ddp' ? { msg: 'method', ...last } : { jsonrpc: '2.0', ...last });
    await client.until(({ id }) => id === 'last');

    const heard = client.texts.slice(0, -1);
    const [theirs, ours] = [recorded.map(anonymous), heard.map(anonymous)];
    for (const [i, text] of ours.entries()) expect(text, `line ${i}`).toBe(theirs[i]);
    expect(ours).toHaveLength(theirs.length);
  });
});

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/;

/** The server chooses the ids of subscriptions: those of the recording become those that it chose here. */
function withIds(text: string, recorded: readonly string[], heard: readonly string[]): string {
  const found = uuid.exec(text)?.[0];
  if (found === undefined) return text;
  const answer = recorded.find((each) => each.includes(`"result": "${found}"`)) ?? '';
  const tail = /, "id": \d+\}$/.exec(answer)?.[0] ?? '';
  const mine = heard.find((each) => each.endsWith(tail)) ?? '';
  return text.replace(found, uuid.exec(mine)?.[0] ?? '');
}

/** Without what differs from run to run, and without the stack traces, which the recordings do not hold. */
function anonymous(text: string): string {
  const plain = text
    .replaceAll(new RegExp(uuid, 'g'), '<id>')
    .replaceAll(/"\$date": \d+/g, '"$date": 0')
    .replaceAll(/"frames": \[.*?\], "formatted": ".*?", "repr"/g, '<trace>, "repr"')
    .replaceAll(/"exception": ".*?", "exc_info"/g, '<exception>, "exc_info"')
    // 24.10 was recorded with apps that tell nothing of their containers.
    .replaceAll(/"used_ports": .*?, ("container_details"|"used_host_ips")/g, '<ports>, $1')
    .replaceAll(/"container_details": .*?, "volumes"/g, '<containers>, "volumes"')
    .replaceAll(/"images": \[.*?\]/g, '<images>');
  return plain.includes('reporting.realtime') ? plain.replaceAll(/-?\d+(\.\d+)?(?=[,}])/g, '0') : plain;
}
