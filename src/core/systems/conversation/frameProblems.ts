import type { Problem } from '../../model/event.ts';
import { text } from '../../model/text.ts';
import type { WebSocketMessage } from '../../wire/webSocket.ts';

const none: readonly Problem[] = [];

/** Problems of a WebSocket message that are known before its content is read. */
export function frameProblems({
  size,
  truncated,
  binary,
}: Omit<WebSocketMessage, 'bytes'>): readonly Problem[] {
  if (!truncated && !binary) return none;
  return [
    ...(truncated ? [{ path: '', message: text('{0} bytes arrived, more than the cap', size) }] : []),
    ...(binary ? [{ path: '', message: text('a binary frame, where text is usual') }] : []),
  ];
}
