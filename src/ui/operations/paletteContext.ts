import { commands } from 'vscode';
import { offeredIds } from '../../core/connections/offers.ts';
import { connectionCommandsFor } from '../connections/connectionCommandTable.ts';
import { contextKeys } from '../contributions/ids.ts';
import { Throttle } from '../throttle.ts';
import type { Runtime } from '../runtime.ts';

/** Up to a thousand instances of each connection are asked, too much for every event. */
const askEveryMs = 250;

/** Keeps VS Code told of what something can do now: the palette hides the rest. */
export function followOffers(runtime: Runtime): void {
  const { scope, pipeline, connections, timelines, travel } = runtime;
  let told = '';
  const pace = scope.add(
    new Throttle(askEveryMs, () => {
      const offered = flags(runtime);
      if (offered === told) return;
      told = offered;
      void commands.executeCommand('setContext', contextKeys.offered, offered);
    }),
  );
  scope.defer(
    pipeline.subscribe('palette', ({ timeline, before, fleet }) => {
      if (timeline === timelines.base && before.connections !== fleet.connections) pace.ask();
    }),
  );
  scope.defer(connections.onDidChange('palette', () => pace.ask()));
  scope.add(timelines.onDidChange(() => pace.ask()));
  // The palette offers no operation in the past.
  scope.add(travel.onDidChange(() => pace.ask()));
}

function flags(runtime: Runtime): string {
  const { pipeline, connections, timelines } = runtime;
  const fleet = pipeline.fleet(timelines.base);
  const offered = new Set(
    connections
      .on(timelines.base)
      .flatMap((connection) => [
        ...(runtime.travel.moment ? [] : offeredIds(connection, fleet)),
        ...connectionCommandsFor(connection, runtime),
        ...(connection.session?.watch ? ['metrics'] : []),
      ]),
  );
  return [...offered]
    .sort()
    .map((id) => `.${id}`)
    .join('');
}
