import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Release } from '../../../src/simulator/bedrock/releases.ts';
import { realTiming } from '../../../src/simulator/bedrock/options.ts';
import { BedrockServer } from '../../../src/simulator/bedrock/server.ts';
import { linesOf } from '../../wire/reading.ts';
import { ask, Listener, noTime, type Answer } from './bedrockServer.ts';

interface Line {
  readonly t: number;
  readonly dir?: '<' | '>';
  readonly text?: string;
  readonly http?: string;
  readonly for?: string;
  readonly body?: unknown;
  readonly note?: string;
  readonly path?: string;
  readonly close?: number;
}

const password = 'correct horse';

/** Happenings in the real program that nobody asked for over its wire, and when. */
const happened: readonly {
  readonly protocolVersion: Release;
  readonly players?: number;
  readonly crash: number;
  readonly raise: number;
}[] = [
  { protocolVersion: '3.10', players: 9070, crash: 30_000, raise: 55_188 },
  { protocolVersion: '3.9', crash: 30_000, raise: 54_938 },
  { protocolVersion: '3.7', crash: 29_400, raise: 54_939 },
];
/** When the program looked for what had died. */
const lookedAt = 31_090;
/** The recording's own times are a little later than the waits they come from. */
const slackMs = 20;

function recording(protocolVersion: Release): Line[] {
  return linesOf(`bedrock-${protocolVersion}.jsonl`).map((line) => JSON.parse(line) as Line);
}

/** The time of the recording: waits end when the line is reached at which they are over. */
class Tape {
  now = 0;
  #waits: { readonly due: number; readonly end: () => void }[] = [];

  readonly wait = (ms: number): Promise<void> =>
    new Promise((end) => {
      this.#waits.push({ due: this.now + ms, end });
    });

  release(until: number): void {
    const over = this.#waits.filter(({ due }) => due <= until);
    this.#waits = this.#waits.filter(({ due }) => due > until);
    for (const { end } of over) end();
  }

  /** Goes to a line, and lets what is over by then have its consequences. */
  async to(t: number): Promise<void> {
    this.now = t;
    this.release(t);
    for (let turn = 0; turn < 5; turn++) await nextTurn();
  }
}

/** Ids and process numbers by the order of their appearance, times and the like by their form. */
function anonymous(lines: readonly string[]): string[] {
  const ids = new Map<string, string>();
  const numbered = (kind: string, id: string): string => {
    const name = ids.get(id) ?? `<${kind} ${ids.size}>`;
    ids.set(id, name);
    return name;
  };
  return lines.map((line) =>
    line
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, (id) => numbered('id', id))
      .replaceAll(/"pid": ?\d+/g, (pid) => numbered('pid', pid))
      .replaceAll(/"uptime": "\d+:\d\d:\d\d"/g, '<uptime>')
      .replaceAll(/"access_token":"[^"]+"/g, '<token>')
      .replaceAll(/"splash_text":"[^"]+"/g, '<splash>')
      .replaceAll(/backup_\d{8}_\d{6}/g, 'backup_<time>')
      .replace(/<(?:!--|!DOCTYPE)[^]*/, '<page>'),
  );
}

describe.each(happened)(
  'the stand-in of release $protocolVersion',
  ({ protocolVersion, players, crash, raise }) => {
    it('says in the exchange of the recording what the program said, in that order', async () => {
      const tape = new Tape();
      const server = await BedrockServer.listen({
        protocolVersion,
        users: [{ name: 'admin', password, role: 'admin' }],
        servers: [{ name: 'alpha' }, { name: 'beta' }],
        timing: {
          ...realTiming,
          backupMs: 1,
          monitorMs: noTime.monitorMs,
          pollMs: noTime.pollMs,
          logMs: noTime.logMs,
        },
        now: () => tape.now,
        wait: tape.wait,
      });
      const look = (): void => void server.poll();
      const plans = [
        {
          at: players ?? Infinity,
          act() {
            server.setPlayers('alpha', [{ name: 'Steve', uuid: '2535428691234567' }]);
            look();
          },
        },
        {
          at: crash,
          act() {
            server.crash('alpha');
          },
        },
        { at: lookedAt, act: look },
        {
          at: raise,
          act: () =>
            void server.runTask('admin', async () => {
              await tape.wait(1000);
              throw new Error('task raised');
            }),
        },
      ].toSorted((a, b) => a.at - b.at);
      const real: string[] = [];
      const said: string[] = [];
      const asked = new Map<string, Promise<Answer>>();
      let token = '';
      let listener: Listener | undefined;
      const own = (text: string): string => text.replace('<jwt>', token).replace('<password>', password);
      try {
        for (const line of recording(protocolVersion)) {
          while (plans[0] && plans[0].at <= line.t) {
            await tape.to(plans[0].at);
            plans.shift()?.act();
          }
          await tape.to(line.t);
          if (line.note === 'open') listener = await Listener.open(server, own(line.path ?? ''));
          else if (line.dir === '>') listener?.say(own(line.text ?? ''));
          else if (line.dir === '<' && listener) {
            if (line.text?.includes('resource_update')) server.sample();
            while (listener.waiting === 0) {
              tape.release(line.t + slackMs);
              await nextTurn();
            }
            real.push(line.text ?? '');
            said.push(await listener.next());
          } else if (line.for !== undefined) {
            let answer: Answer | undefined;
            void asked.get(line.for)?.then((given) => (answer = given));
            while (!answer) {
              tape.release(line.t + slackMs);
              await nextTurn();
            }
            if (answer.text.includes('access_token'))
              token = (answer.body as { access_token: string }).access_token;
            real.push(`${line.http ?? ''} ${line.text ?? ''}`);
            said.push(`${answer.status} ${answer.text}`);
          } else if (line.http !== undefined) {
            const [method = '', path = ''] = line.http.split(' ');
            const body = typeof line.body === 'string' ? own(line.body) : line.body;
            const given =
              typeof body === 'object' ? (JSON.parse(own(JSON.stringify(body))) as unknown) : body;
            asked.set(line.http, ask(server, method, path, given, token === '' ? undefined : token));
          } else if (line.close !== undefined) listener?.socket.close();
        }
        expect(anonymous(said)).toEqual(anonymous(real));
        // Nobody heard more than that.
        expect(listener?.waiting).toBe(0);
        expect((await listener?.closed)?.code).toBe(1005);
      } finally {
        await server.stop();
      }
    });
  },
);
