import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, remove } from './installation.ts';
import { instanceCommand } from './instanceCommands.ts';
import { Kgsm } from './kgsm.ts';
import { detailsOf, statusOf } from './reports.ts';
import { readBehaviour, readConfig, writeMissingConfig, type Launch } from './root.ts';

export interface CliEnvironment {
  readonly root: string;
  readonly launch: Launch;
  write(text: string): void;
  complain(text: string): void;
  now(): number;
}

/** Answers one command line of KGSM 2.2 and resolves with its exit code. Every one is noted in `calls.log`, argument by argument. */
export async function runCli(environment: CliEnvironment, args: readonly string[]): Promise<number> {
  const { root } = environment;
  appendFileSync(join(root, 'calls.log'), `${JSON.stringify(args)}\n`);
  if (writeMissingConfig(root)) {
    environment.complain(
      '[WARNING] kgsm.sh:41 config.ini was missing and has been created; have a look at it.\n',
    );
    return 0;
  }
  const kgsm = new Kgsm(environment);
  const [command, ...rest] = args;
  switch (command) {
    case '-h':
    case '--help':
      environment.write(
        'Usage: kgsm.sh [--create | --remove | --instances | --instance NAME | --events | --version]\n',
      );
      return 0;
    case '-v':
    case '--version':
      environment.write('KGSM, version 2.2.0\n');
      return 0;
    case '--blueprints':
      return blueprints(kgsm, rest);
    case '--create':
      return create(kgsm, rest);
    case '--remove':
      return remove(kgsm, rest[0]);
    case '--instances':
      return instances(kgsm, rest);
    case '-i':
    case '--instance':
      return instanceCommand(kgsm, rest);
    case '--events':
      return events(kgsm, rest);
    case undefined:
      return kgsm.error(7, 'kgsm.sh:180 Missing arguments');
    default:
      return kgsm.error(8, `kgsm.sh:520 Invalid argument ${command}`);
  }
}

function blueprints(kgsm: Kgsm, args: readonly string[]): number {
  const names = Object.keys(readBehaviour(kgsm.root).blueprints);
  kgsm.write(args.includes('--json') ? json(names) : `${names.join('\n')}\n`);
  return 0;
}

function instances(kgsm: Kgsm, args: readonly string[]): number {
  const blueprint = args.find((argument) => !argument.startsWith('-'));
  const found = kgsm.store.list().filter((one) => blueprint === undefined || one.blueprint === blueprint);
  const names = found.map(({ name }) => name);
  if (!args.includes('--json')) kgsm.write(`${names.join('\n')}\n`);
  else if (args.includes('--status'))
    kgsm.write(json(Object.fromEntries(found.map((one) => [one.name, statusOf(one)]))));
  else if (args.includes('--detailed'))
    kgsm.write(json(Object.fromEntries(found.map((one) => [one.name, detailsOf(one)]))));
  // An empty list has one empty name in it: that is how the real one prints it.
  else kgsm.write(json(names.length === 0 ? [''] : names));
  return 0;
}

/** The socket tests of KGSM bind the path themselves and so take the file of a live listener away. */
function events(kgsm: Kgsm, args: readonly string[]): number {
  const tests = args.includes('--test-socket') || args.includes('--test-all');
  const socket = args.includes('--socket') && (args.includes('--test') || args.includes('--disable'));
  if (!tests && !socket) return kgsm.error(8, `events.sh:88 Invalid argument ${args.join(' ')}`);
  for (const path of readConfig(kgsm.root).sockets) {
    rmSync(path, { force: true });
    if (args.includes('--disable')) continue;
    // As after the real test: a dead file for a moment, then nothing.
    writeFileSync(path, '');
    rmSync(path, { force: true });
  }
  kgsm.info('events.socket.sh:131 Socket test finished');
  return 0;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
