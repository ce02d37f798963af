import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** One line in the log for what went wrong with an event or a connection; the rest stands in the journal. */
export function logEvents({ pipeline, channel, scope: owner }: Runtime): void {
  owner.defer(
    pipeline.subscribe('event log', ({ events }) => {
      for (const { type, connection, summary, problems, channel: kind } of events) {
        const [problem] = problems;
        if (problem) {
          const path = problem.path === '' ? '' : `${problem.path}: `;
          channel.warn(`[${connection}] ${type}: ${path}${translate(problem.message)}`);
        } else if (kind === 'control' && type === 'connection.state')
          channel.info(`[${connection}] ${translate(summary)}`);
      }
    }),
  );
}
