import { LineLimiter } from '../../core/journal/lineLimiter.ts';
import { systemClock } from '../../core/model/clock.ts';
import { oneLine } from '../../core/model/text.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Logs faulty events, at most one a second of each connection and type, and every change of a connection. */
export function logEvents({ pipeline, channel, scope }: Runtime): void {
  const faults = new LineLimiter(systemClock, (line) => channel.warn(line));
  scope.add(faults);
  scope.defer(
    pipeline.subscribe('event log', ({ events }) => {
      for (const { type, connection, summary, problems, channel: eventChannel } of events) {
        const [problem] = problems;
        if (problem) {
          faults.write(`${connection} ${type}`, () => {
            const path = problem.path === '' ? '' : `${oneLine(problem.path)}: `;
            return `[${connection}] ${oneLine(type)}: ${path}${translate(problem.message)}`;
          });
        } else if (eventChannel === 'control' && type === 'connection.state')
          channel.info(`[${connection}] ${translate(summary)}`);
      }
    }),
  );
}
