import { roles, type BedrockSession, type Role } from '../session/bedrockSession.ts';

/** Whether the session is open and its user has at least this role; a server that tells no role decides itself. */
export function may(session: BedrockSession | undefined, needed: Role): session is BedrockSession {
  if (!session) return false;
  return session.role === undefined || roles.indexOf(session.role) >= roles.indexOf(needed);
}
