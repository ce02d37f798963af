import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBehaviour } from './behaviour.ts';
import { writeMissingConfig } from './config.ts';
import { Kgsm, type CliEnvironment } from './kgsm.ts';
import { v1Command } from './v1.ts';
import { v2Command } from './v2.ts';
import { v3Command } from './v3.ts';

/** Answers one command line of KGSM and resolves with its exit code. Every one is noted in `calls.log`, argument by argument. */
export async function runCli(environment: CliEnvironment, args: readonly string[]): Promise<number> {
  const { root } = environment;
  appendFileSync(join(root, 'calls.log'), `${JSON.stringify(args)}\n`);
  const fresh = writeMissingConfig(root);
  const { protocolVersion } = readBehaviour(root);
  if (protocolVersion === '1.7') return v1Command(new Kgsm(environment), args);
  if (protocolVersion === '3.16') return v3Command(new Kgsm(environment), args);
  if (fresh) {
    environment.complain(
      '[WARNING] kgsm.sh:41 config.ini was missing and has been created; have a look at it.\n',
    );
    return 0;
  }
  return v2Command(new Kgsm(environment), args);
}
