import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Chat } from './chat.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const recording = here('evening.gsops.ndjson');
/** `gsops` of the path, or the program and its first arguments that GSOPS names as a JSON array. */
const [gsops, ...first] = JSON.parse(process.env.GSOPS ?? '["gsops"]');

let folder;
let chatServer;
const programs = [];
/** Lines that the bot posted into the chat. */
const posts = [];
const said = [];
let bot;

/** Starts a program; resolves once a line of one of its outputs holds these words. */
async function start(command, args, output, words) {
  const program = spawn(command, args);
  programs.push(program);
  program.stdout.setEncoding('utf8');
  const lines = createInterface({ input: program[output] });
  for await (const line of lines) if (line.includes(words)) break;
  program[output].resume();
  return program;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bot-'));
  chatServer = createServer(async (request, response) => {
    posts.push(JSON.parse((await request.toArray()).join('')).content);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(chatServer, 'listening');
  const webhook = `http://127.0.0.1:${chatServer.address().port}/`;
  // A journal beside the bot gets the same events: it knows what there was to announce.
  const journal = { kind: 'kgsm', events: 'socket', socket: join(folder, 'journal.sock') };
  const watchArgs = [
    'watch',
    JSON.stringify(journal),
    '--journal',
    join(folder, 'journal.db'),
    '--seconds',
    '60',
  ];
  const botArgs = [here('bot.mjs'), '--socket', join(folder, 'bot.sock'), '--webhook', webhook];
  const [watch, started] = await Promise.all([
    start(gsops, [...first, ...watchArgs], 'stdout', '"ready"'),
    start(process.execPath, botArgs, 'stderr', 'Listening'),
  ]);
  bot = started;
  createInterface({ input: bot.stdout }).on('line', (line) => said.push(line));
  const to = ['bot', 'journal'].flatMap((name) => ['--to', `socket:${join(folder, `${name}.sock`)}`]);
  await promisify(execFile)(gsops, [...first, 'replay', recording, ...to, '--speed', 'max']);
  watch.kill('SIGINT');
  await once(watch, 'close');
});

after(async () => {
  for (const program of programs) program.kill('SIGKILL');
  chatServer?.closeAllConnections();
  chatServer?.close();
  await rm(folder, { recursive: true, force: true });
});

/** How many events a query finds among those that were replayed. */
async function count(query) {
  const args = [...first, 'query', query, '--journal', join(folder, 'journal.db'), '--count'];
  return JSON.parse((await promisify(execFile)(gsops, args)).stdout).count;
}

/** The answer of the bot to a line of somebody, which stands behind all that it said before. */
async function ask(line, answer) {
  bot.stdin.write(`${line}\n`);
  while (!said.some((each) => answer.test(each))) await once(bot.stdout, 'data');
}

test('every crash and every visit of the evening is announced, on screen and in the chat', async () => {
  await ask('!servers', /^ark-island: failed; .*creative: /);
  bot.kill('SIGTERM');
  await once(bot, 'close');
  const queries = ['type:instance_crashed', 'type:instance_player_joined'];
  const [crashes, visits] = await Promise.all(queries.map(count));
  assert.ok(crashes > 0 && visits > 0);
  for (const lines of [said, posts]) {
    assert.equal(lines.filter((line) => / crashed$/.test(line)).length, crashes);
    assert.equal(lines.filter((line) => / joined /.test(line)).length, visits);
  }
});

test('players are those who joined and did not leave, and none after a stop', () => {
  const chat = new Chat();
  const event = (type, data) => chat.take({ EventType: type, Data: { InstanceName: 'survival', ...data } });
  assert.equal(chat.answer('!servers'), 'I have heard of no server yet');
  for (const PlayerName of ['Alex', 'Steve']) event('instance_player_joined', { PlayerName });
  event('instance_player_left', { PlayerName: 'Steve' });
  assert.equal(chat.answer('!players'), 'survival: Alex');
  event('instance_stopped', {});
  assert.equal(chat.answer('!players'), 'Nobody plays');
  assert.equal(chat.answer('!servers'), 'survival: stopped');
});

test('a name calls nobody and is one line, and what is no event is nothing', () => {
  const chat = new Chat();
  const data = { InstanceName: 'a\nb', PlayerName: '@everyone' };
  assert.equal(chat.take({ EventType: 'instance_player_joined', Data: data }), '@\u200beveryone joined a b');
  for (const nothing of [null, 7, {}, { EventType: 'toString', Data: data }, { EventType: 'x' }])
    assert.equal(chat.take(nothing), undefined);
});
