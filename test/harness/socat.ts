import { spawn, type ChildProcess } from 'node:child_process';

/** A `socat` that writes what comes to a Unix socket; it listens by then, which its socket's file alone does not say. */
export async function socatListening(socket: string, output: string): Promise<ChildProcess> {
  const child = spawn('socat', ['-d', '-d', '-u', `UNIX-LISTEN:${socket},fork`, output], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error(`socat ended: ${said}`));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.includes('listening on')) return;
      said += chunk.toString();
      if (said.includes('listening on')) resolve();
    });
  });
  return child;
}
