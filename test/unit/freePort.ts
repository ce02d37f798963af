import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what systems give out by themselves (from 32,768 on Linux), and another part of it for each process. */
const [first, count] = [10_000 + ((process.pid * 101) % 200) * 100, 100];
let given = 0;

/** A port at which nobody listens, and which the system gives to nobody else who asks for any. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (given++ % count);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
