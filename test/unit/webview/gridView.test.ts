import { describe, expect, it } from 'vitest';
import type { Remote } from '../../../src/rpc/channel.ts';
import type { InspectorHost, Row, RowsAnswer, Status } from '../../../src/rpc/inspector.ts';
import { GridView } from '../../../src/webview/grid/view.ts';

/** A host that shows these events, each a row with its seq. `change` is called when rows are asked for. */
class Shown {
  revision = 1;
  seqs: readonly number[] = [];
  change: () => void = () => undefined;

  readonly request = (name: string, params: { seq: number; start: number; count: number }): unknown => {
    const { revision } = this;
    if (name === 'indexOf') return Promise.resolve({ at: this.seqs.indexOf(params.seq), revision });
    this.change();
    const { start, count } = params;
    const rows = this.seqs.slice(start, start + count).map((seq) => [seq, seq] as unknown as Row);
    return Promise.resolve({ revision, start, rows });
  };

  status(filter: string): Status {
    const { revision, seqs } = this;
    return { revision, filter, matched: seqs.length, order: 'sent', timelineId: 'live' } as unknown as Status;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function viewIn(shown: Shown): GridView {
  return new GridView(
    { request: shown.request } as unknown as Remote<InspectorHost>,
    () => undefined,
    () => undefined,
  );
}

/** A view of seven events, the one with seq 5 selected. */
async function viewOf(shown: Shown): Promise<GridView> {
  const view = viewIn(shown);
  view.resize(400);
  shown.seqs = [1, 2, 3, 4, 5, 6, 7];
  view.show(shown.status('all'));
  await settled();
  view.moveTo(4, 'only');
  await settled();
  expect(view.selection.focus?.seq).toBe(5);
  return view;
}

async function show(view: GridView, shown: Shown, filter: string, seqs: readonly number[]): Promise<void> {
  shown.seqs = seqs;
  shown.revision++;
  view.show(shown.status(filter));
  await settled();
}

describe('the first rows of the grid', () => {
  const newestOf = (shown: Shown): RowsAnswer => ({
    revision: shown.revision,
    start: 4,
    rows: shown.seqs.slice(4).map((seq) => [seq, seq] as unknown as Row),
  });

  it('are those that came with the status: nothing is asked for until other rows are wanted', async () => {
    const shown = new Shown();
    const view = viewIn(shown);
    shown.seqs = [1, 2, 3, 4, 5, 6, 7];
    shown.change = () => expect.unreachable('rows were asked for');
    view.show(shown.status('all'), newestOf(shown));
    await settled();
    view.resize(60);
    expect(view.range).toEqual([4, 7]);
    expect([4, 5, 6].map((at) => view.window.at(at)?.[0])).toEqual([5, 6, 7]);
    await settled();
    shown.change = () => undefined;
    view.scrollTo(0);
    await settled();
    expect(view.window.at(0)?.[0]).toBe(1);
  });

  it('are asked for where those that came are of another revision, or without the values that are shown', async () => {
    for (const [revision, paths] of [
      [2, []],
      [1, ['$.Data.Version']],
    ] as const) {
      const shown = new Shown();
      const view = viewIn(shown);
      shown.seqs = [1, 2, 3, 4, 5, 6, 7];
      const newest = newestOf(shown);
      shown.revision = revision;
      let asked = 0;
      shown.change = () => asked++;
      view.setPaths(paths);
      view.resize(60);
      view.show(shown.status('all'), newest);
      await settled();
      expect(asked).toBeGreaterThan(0);
      expect(view.window.at(6)?.[0]).toBe(7);
    }
  });
});

describe('the focus of the grid', () => {
  it('never goes to another event that came to its position while a search goes on', async () => {
    const shown = new Shown();
    const view = await viewOf(shown);
    shown.seqs = [5];
    shown.revision++;
    const first = shown.status('some');
    // An older event is found whenever rows are asked for.
    let older = 5;
    shown.change = () => {
      shown.seqs = [--older, ...shown.seqs];
      shown.revision++;
    };
    view.show(first);
    await settled();
    expect(view.selection.focus).toBeNull();
    shown.change = () => undefined;
    view.show(shown.status('some'));
    await settled();
    expect(view.selection.focus?.seq).toBe(5);
    expect(view.focusAt).toBe(shown.seqs.indexOf(5));
  });

  it('comes back to an event that a filter hid, unless somebody went to another one', async () => {
    const shown = new Shown();
    const view = await viewOf(shown);
    await show(view, shown, 'none', []);
    expect([view.selection.focus, view.focusAt]).toEqual([null, -1]);
    await show(view, shown, 'most', [2, 3]);
    await show(view, shown, 'most', [2, 3, 5]);
    expect([view.selection.focus?.seq, view.focusAt]).toEqual([5, 2]);

    await show(view, shown, 'few', [2, 3]);
    view.moveTo(1, 'only');
    await settled();
    await show(view, shown, 'all', [1, 2, 3, 4, 5]);
    expect([view.selection.focus?.seq, view.focusAt]).toEqual([3, 2]);
  });
});

describe('the place of the last load', () => {
  const restored = (shown: Shown): GridView => {
    const view = viewIn(shown);
    view.resize(400);
    view.restore({ seq: 5, offset: 0, follow: false });
    return view;
  };

  it('is looked for again where the host had other rows meanwhile', async () => {
    const shown = new Shown();
    const view = restored(shown);
    const greeting = { ...shown.status('all'), searching: false };
    // The host is at the next search by the time it is asked.
    shown.revision++;
    view.show(greeting);
    await settled();
    expect([view.selection.focus, view.place?.seq]).toEqual([null, 5]);
    await show(view, shown, 'all', [4, 5, 6]);
    expect([view.selection.focus?.seq, view.focusAt]).toEqual([5, 1]);
  });

  it('is forgotten where its event is not among the rows', async () => {
    const shown = new Shown();
    const view = restored(shown);
    view.show({ ...shown.status('all'), searching: false });
    await settled();
    expect(view.place).toBeNull();
  });
});
