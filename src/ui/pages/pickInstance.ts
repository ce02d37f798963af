import { window } from 'vscode';
import { instancesOf } from '../../core/model/fleet.ts';
import type { Instance } from '../../core/model/instance.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import { oneLine } from '../../core/model/text.ts';
import { tellNoConnection } from '../connections/noConnection.ts';
import { showInformation } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Lets the user choose one of the instances of a kind; a single one is taken without a question. */
export async function pickInstance(
  runtime: Runtime,
  fits: (instance: Instance) => boolean,
  words: { readonly none: string; readonly which: string },
): Promise<Instance | undefined> {
  if (tellNoConnection(runtime)) return undefined;
  const { connections, pipeline, timelines } = runtime;
  const items = connections.on(timelines.base).flatMap(({ id, settings }) =>
    instancesOf(pipeline.fleet(timelines.base), id)
      .filter(fits)
      .map((instance) => ({
        instance,
        label: oneLine(instance.name, 100),
        description: `${translate(lifecycle[instance.state].label)} · ${oneLine(settings.name, 100)}`,
      })),
  );
  if (items.length === 0) showInformation(words.none);
  if (items.length <= 1) return items[0]?.instance;
  return (await window.showQuickPick(items, { placeHolder: words.which, matchOnDescription: true }))
    ?.instance;
}
