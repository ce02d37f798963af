import { kgsmRole } from '../kgsm/rewrite.ts';
import { rewriteJson, type Role, type Rewriting } from '../rewriting.ts';

/** A message may be an event of KGSM, as its text. Clients are named by the server, and in exports by pseudonyms. */
function role(path: readonly string[]): Role {
  const [first, second] = path;
  if (path.length === 1) {
    if (first === 'event') return 'protocol';
    if (first === 'id') return 'user';
    return first === 'timestamp' ? 'time' : 'text';
  }
  if (path.length > 2 || first !== 'content') return 'text';
  if (second === 'message') return { document: kgsmRole };
  return second === 'client_id' || second === 'sender' ? 'user' : 'text';
}

export function rewriteNotifier(raw: string, rewriting: Rewriting): string {
  return rewriteJson(raw, role, rewriting);
}
