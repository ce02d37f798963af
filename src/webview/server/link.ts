import type { Handlers, Remote } from '../../rpc/channel.ts';
import type { ServerHost, ServerRef, ServerView } from '../../rpc/serverPage.ts';
import { openChannel, type WebviewApi } from '../base/host.ts';

declare function acquireVsCodeApi(): WebviewApi;

/** Ranges of the history, in hours. */
export const ranges = [24, 168, 720] as const;
export type RangeHours = (typeof ranges)[number];

/** Kept by VS Code while the page is hidden and over a reload. */
interface Saved {
  readonly hours: RangeHours;
  readonly isLogOpen: boolean;
  readonly ref?: ServerRef;
}

/** The host, and the little that the page keeps for itself. */
export interface Link {
  readonly host: Remote<ServerHost>;
  load(): Pick<Saved, 'hours' | 'isLogOpen'>;
  save(saved: Saved): void;
}

/** Connects to the host. May be called once per page. */
export function connect(handlers: Handlers<ServerView>): Link {
  const api = acquireVsCodeApi();
  return {
    host: openChannel(api, handlers),
    load: () => {
      const saved = api.getState() as Readonly<Record<string, unknown>> | null | undefined;
      return {
        hours: ranges.find((hours) => hours === saved?.['hours']) ?? ranges[1],
        isLogOpen: saved?.['isLogOpen'] === true,
      };
    },
    save: (saved) => api.setState(saved),
  };
}
