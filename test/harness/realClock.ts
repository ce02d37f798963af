import { execFileSync } from 'node:child_process';

/** An environment whose programs have the machine's own clock, also where this process runs under libfaketime. */
export function withRealClock(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('FAKETIME') && name !== 'LD_PRELOAD');
  const preload = (env['LD_PRELOAD'] ?? '').split(/[\s:]+/).filter((path) => !path.includes('faketime'));
  return {
    ...Object.fromEntries(own),
    ...(preload.join('') === '' ? {} : { LD_PRELOAD: preload.join(':') }),
  };
}

/**
 * Milliseconds by which the machine's own clock, which an extension host has, is ahead of that of this process: VS Code
 * takes libfaketime from the environment of its extension hosts.
 */
export function realClockOffset(): number {
  const seconds = execFileSync('date', ['+%s'], { encoding: 'utf8', env: withRealClock(process.env) });
  const offset = Number(seconds) * 1000 - Date.now();
  // The program counts whole seconds, and takes its time to start.
  return Math.abs(offset) < 60_000 ? 0 : offset;
}
