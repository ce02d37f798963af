import type { Handlers } from '../../../src/rpc/channel.ts';
import type { InspectorHost, Status } from '../../../src/rpc/inspector.ts';
import type { FieldValue, QueryRequests, QueryShelf } from '../../../src/rpc/inspectorQuery.ts';

const VALUES: Readonly<Record<string, readonly FieldValue[]>> = {
  type: [
    { value: 'reporting.realtime', count: 41_230 },
    { value: 'instance_started', count: 812 },
    { value: 'instance_ready', count: 800 },
    { value: 'instance_crashed', count: 17 },
    { value: 'event:after_server_start', count: 9 },
    ...Array.from({ length: 60 }, (_, n) => ({ value: `instance_step_${n}`, count: 60 - n })),
  ],
  connection: [
    { value: 'home', name: 'Home of KGSM', count: 90_000 },
    { value: 'nas', name: 'TrueNAS in the cellar', count: 12_000 },
  ],
  instance: [
    { value: 'mc-01', count: 4000 },
    { value: 'two words', name: 'k-17', count: 30 },
    { value: '<img src=x onerror=alert(1)>', count: 2 },
  ],
  severity: [
    { value: 'info', count: 100_000 },
    { value: 'error', count: 26 },
  ],
};

/** The part of the fake host that is about the query. */
export class FakeShelf {
  contents: QueryShelf = { saved: [], history: [] };

  handlers(undoClear: () => Status): Pick<Handlers<InspectorHost>, keyof QueryRequests> {
    return {
      values: ({ field }) => VALUES[field] ?? [],
      shelf: () => this.contents,
      remember: () => null,
      saveQuery: () => null,
      undoClear,
    };
  }
}
