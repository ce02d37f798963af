import type { Session } from '../../session.ts';
import { isConversation, roles, type BedrockSession, type Role } from '../session/bedrockSession.ts';

/** Whether this conversation is open and its user may do what needs this role; a server that tells no role decides itself. */
export function may(session: Session | undefined, needed: Role): session is BedrockSession {
  if (!isConversation(session)) return false;
  return session.role === undefined || roles.indexOf(session.role) >= roles.indexOf(needed);
}
