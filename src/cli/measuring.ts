import type { Connection } from '../core/connections/connection.ts';
import type { Pipeline } from '../core/journal/pipeline.ts';
import { instancesOf } from '../core/model/fleet.ts';
import { subjectOf } from '../core/model/instance.ts';
import type { MetricsStore } from '../core/model/metrics.ts';

/** Looks at every instance there is: what is measured is sent to whoever looks. */
export function lookAtAll(connection: Connection, pipeline: Pipeline): void {
  pipeline.subscribe('measuring', ({ fleet }) => {
    if (connection.state !== 'ready') return;
    connection.session?.watch?.(instancesOf(fleet, connection.id).map((instance) => subjectOf(instance)));
  });
}

/** Writes each sample as the fold understood it. */
export function writeMeasured(metrics: MetricsStore, write: (line: object) => void): void {
  metrics.onDidChange((changed) => {
    for (const id of changed) {
      const [connection, kind, key] = JSON.parse(id) as [string, string, string];
      write({ measured: { connection, kind, key, values: metrics.latest({ connection, kind, key }) } });
    }
  });
}
