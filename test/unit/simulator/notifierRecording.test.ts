import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { splitJson } from '../../../src/core/wire/jsonDocuments.ts';
import { startServer, type Rig } from './notifierServer.ts';

interface Line {
  readonly client: string;
  readonly dir?: '<' | '>';
  readonly note?: string;
  readonly text?: string;
}

const recording = readFileSync(new URL('../../wire/tcp-notification-manager.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Line);

/** A client that writes what it is told and keeps what it hears. */
class Parrot {
  readonly heard: string[] = [];
  ended = false;
  readonly #socket: TLSSocket;
  #wake: () => void = () => undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      // One record is one event; this is no reader for everyday use.
      for (const piece of splitJson(bytes)) this.heard.push(Buffer.from(piece.bytes).toString('utf8'));
      this.#wake();
    });
    socket.on('close', () => {
      this.ended = true;
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  static async connect({ server, files }: Rig): Promise<Parrot> {
    const ca = readFileSync(files.path('server.crt'));
    const socket = connect({ port: server.port, host: '127.0.0.1', servername: 'localhost', ca });
    const parrot = new Parrot(socket);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    return parrot;
  }

  async count(wanted: number): Promise<void> {
    while (this.heard.length < wanted) await this.#next();
  }

  async end(): Promise<void> {
    while (!this.ended) await this.#next();
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  close(): void {
    this.#socket.end();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** The ids of a run by the order in which they were given, and times by their form. */
function anonymous(texts: readonly string[]): string[] {
  const ids = new Map<string, string>();
  return texts.map((text) =>
    text
      .replace(/(?:client|server)-[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => {
        const name = ids.get(id) ?? `${id.slice(0, 6)}#${String(ids.size)}`;
        ids.set(id, name);
        return name;
      })
      .replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z"/, '"<time>"'),
  );
}

describe('the stand-in of the notification server', () => {
  it('says in the exchange of the recording what the server said, byte for byte but for ids and times', async () => {
    await using rig = await startServer({ revision: 'lax' });
    const parrots = new Map<string, Parrot>();
    const said: string[] = [];
    const real: string[] = [];
    // The recording's ids are not ours: what a client writes carries the id that it was given here.
    const given = new Map<string, string>();
    for (const { client, dir, note, text = '' } of recording) {
      const parrot = parrots.get(client);
      if (note === 'secureConnect') parrots.set(client, await Parrot.connect(rig));
      else if (note === 'end') {
        // a leaves by itself; c and b are shown out.
        if (client === 'a') parrot?.close();
        await parrot?.end();
      } else if (dir === '>')
        parrot?.write(text.replace(/client-[0-9a-f-]{36}/, (id) => given.get(id) ?? id));
      else if (parrot) {
        const before = real.filter((each) => each.startsWith(`${client} `)).length;
        await parrot.count(before + 1);
        const heard = parrot.heard[before] ?? '';
        real.push(`${client} ${text}`);
        said.push(`${client} ${heard}`);
        const [theirs, ours] = [text, heard].map((each) => /client-[0-9a-f-]{36}/.exec(each)?.[0]);
        if (text.includes('connection_accepted') && theirs && ours) given.set(theirs, ours);
      }
    }
    expect(anonymous(said)).toEqual(anonymous(real));
    expect(said).toHaveLength(7);
    // Nobody heard more than that.
    expect([...parrots.values()].flatMap(({ heard }) => heard)).toHaveLength(7);
  });

  it.each([
    ['two events in one write', '{"event":"request_authentication"}{"event":"request_authentication"}'],
    ['a length prefix', '\u0000\u0000\u0000\u0022{"event":"request_authentication"}'],
    ['an empty event', '{}'],
    ['an unknown event', '{"event":"subscribe"}'],
    ['a number for an id', '{"event":"request_authentication","id":7}'],
    ['a number for a token', '{"event":"request_authentication","content":{"token":7}}'],
    ['an empty time', '{"event":"request_authentication","timestamp":""}'],
    ['a time without a zone', '{"event":"request_authentication","timestamp":"2026-11-20T18:41:16"}'],
    ['1025 bytes', `${'{"event":"request_authentication"'.padEnd(1024)}}`],
    ['half an event', '{"event":"request_'],
  ])('closes without a word on %s; the first revision crashes', async (_, text) => {
    for (const revision of ['lax', 'seed'] as const) {
      await using rig = await startServer({ revision });
      const [parrot, witness] = [await Parrot.connect(rig), await Parrot.connect(rig)];
      witness.write('{"event":"request_authentication"}');
      await witness.count(1);
      parrot.write(text);
      await parrot.end();
      expect(parrot.heard).toEqual([]);
      if (revision === 'seed') {
        await witness.end();
        await rig.server.crashed;
      } else {
        witness.write('{"event":"request_authentication"}');
        await witness.count(2);
      }
    }
  });

  it.each([
    '{"event":"request_authentication"}',
    '{"EVENT":"request_authentication","ID":null,"timestamp":null,"content":null,"more":1}',
    '\n{\n  "event": "request_authentication",\n  "timestamp": "2026-11-20T20:41:16+02:00"\n}\r\n',
    '{"event":"request_authentication"}'.padEnd(1024),
  ])('takes %j', async (text) => {
    await using rig = await startServer({ revision: 'seed' });
    const parrot = await Parrot.connect(rig);
    parrot.write(text);
    await parrot.count(1);
    expect(parrot.heard[0]).toContain('connection_accepted');
  });
});
