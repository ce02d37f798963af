/**
 * Runs a program and, as soon as the one who asked for it is gone, ends it with everything that it started and removes its folder.
 * Usage: node leash.ts <folder> <program> <args…>, in a process group of its own, with a pipe as stdin that is never written to.
 * A test runner may be killed without a chance to clean up; its end closes the pipe, and that cannot be missed.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder, program, ...args] = process.argv.slice(2);
if (folder === undefined || program === undefined) throw new Error('leash: which folder, which program?');

const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('error', (error) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));

process.stdin.resume();
process.stdin.on('close', () => {
  child.removeAllListeners('exit');
  child.on('exit', () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    // The whole group, this process with it.
    process.kill(-process.pid, 'SIGKILL');
  });
  child.kill('SIGKILL');
});
