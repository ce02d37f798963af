#!/usr/bin/env node
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Chat } from './chat.mjs';

const { values } = parseArgs({ options: { socket: { type: 'string' }, webhook: { type: 'string' } } });
const { socket: path, webhook } = values;
if (path === undefined) {
  console.error('usage: node bot.mjs --socket <path> [--webhook <url>]');
  process.exit(2);
}

/** The longest event that is read; a sender that never ends must not fill the memory. */
const longest = 1_000_000;
const chat = new Chat();
/** One post after another, so that the chat has them in order. */
let posted = Promise.resolve();

/** Says a line on standard output and, where there is one, to the webhook of a chat. */
function say(line) {
  if (line === undefined) return;
  console.log(line);
  if (webhook === undefined) return;
  posted = posted
    .then(() => post(line))
    .catch((error) => console.error(`The chat was not reached: ${error}`));
}

async function post(content) {
  const response = await fetch(webhook, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ content, allowed_mentions: { parse: [] } }),
    signal: AbortSignal.timeout(10_000),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`it answered ${response.status}`);
}

/** KGSM makes a connection for each event, which is one JSON document on one line or on several. */
function listen(client) {
  let text = '';
  client.setEncoding('utf8');
  client.on('data', (part) => {
    text += part;
    if (text.length > longest) client.destroy();
  });
  client.on('error', () => undefined);
  client.on('end', () => {
    try {
      say(chat.take(JSON.parse(text)));
    } catch {
      console.error(`No event: ${JSON.stringify(text.slice(0, 80))}`);
    }
    client.end();
  });
}

/** A socket file of a bot that was killed stands in the way; that of one that runs is left to it. */
async function removeStale() {
  const other = connect(path);
  try {
    await once(other, 'connect');
  } catch (error) {
    if (error.code === 'ECONNREFUSED') await rm(path);
    return;
  } finally {
    other.destroy();
  }
  throw new Error(`another program listens on ${path}`);
}

await removeStale();
process.umask(0o177);
const server = createServer(listen).listen(path);
await once(server, 'listening');
console.error(`Listening on ${path}`);

const input = createInterface({ input: process.stdin });
input.on('line', (line) => say(chat.answer(line)));

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    server.close();
    input.close();
    await posted;
    process.exit(0);
  });
