import { changeAlerts } from './alerts.ts';
import type { JournalDatabase } from './database.ts';
import type { ToWorker } from './messages.ts';
import { answerOf, askRequest, takeRequests, withdrawRequest } from './requests.ts';

/** Calls about the things that windows share beside events: requests to each other, and alerts. */
const sharedCalls = ['ask', 'take', 'withdraw', 'answerOf', 'alerts'] as const;
type SharedCall = Extract<ToWorker, { call: (typeof sharedCalls)[number] }>;

export function isSharedCall(message: ToWorker): message is SharedCall {
  return (sharedCalls as readonly string[]).includes(message.call);
}

export function answerSharedCall(db: JournalDatabase, { call, args }: SharedCall): unknown {
  switch (call) {
    case 'ask':
      return askRequest(db, args);
    case 'take':
      return takeRequests(db, args);
    case 'withdraw':
      return withdrawRequest(db, args);
    case 'answerOf':
      return answerOf(db, args.id);
    case 'alerts':
      return changeAlerts(db, args);
  }
}
