import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kgsm } from '../../../src/core/systems/kgsm/index.ts';
import { dataSchemas } from '../../../src/core/systems/kgsm/messages.ts';
import { kgsmDecoder } from '../../../src/core/systems/kgsm/decode/decode.ts';
import { keybindingsOf } from '../../../src/ui/contributions/keybindings.ts';
import { buildManifest } from '../../../src/ui/contributions/manifest.ts';
import { operationCommands } from '../../../src/ui/contributions/operationCommands.ts';
import { collectTranslatable } from '../../../src/ui/contributions/translatable.ts';
import { operationTitles } from '../../../src/ui/operations/operationTitles.ts';
import { allSystems } from '../core/helpers.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const json = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));

describe('the generated manifest', async () => {
  const { nls, ...generated } = await buildManifest(allSystems);

  it('stands in package.json as the sources say (else: npm run contributions)', () => {
    expect(json('package.json')).toMatchObject(JSON.parse(JSON.stringify(generated)) as object);
    expect(json('package.nls.json')).toEqual(nls);
  });

  it('has every text of the sources in the bundle for translators (else: npm run contributions)', () => {
    expect(json('l10n/bundle.l10n.json')).toEqual(collectTranslatable(join(root, 'src')));
  });

  it('has a text for every placeholder and no text without one', () => {
    const used = new Set(
      [...readFileSync(join(root, 'package.json'), 'utf8').matchAll(/"%([^%]+)%"/g)].map(([, key]) => key),
    );
    expect(new Set(Object.keys(nls))).toEqual(used);
  });

  it('offers every operation of every system as a command', () => {
    const ids = allSystems.flatMap((system) => system.operations.map(({ id }) => id));
    expect(new Set(operationTitles(json('package.json')).keys())).toEqual(new Set(ids));
  });

  it('offers agents what operates only where the settings allow it, and nothing in an untrusted workspace', () => {
    const { languageModelTools } = generated.contributes as {
      readonly languageModelTools: readonly { readonly name: string; readonly when: string }[];
    };
    for (const { name, when } of languageModelTools) {
      expect(when).toMatch(/^isWorkspaceTrusted/);
      expect(when.endsWith(' && config.gameServerOps.agents.operations'), name).toBe(
        /_(?:runOperation|emitEvent)$/.test(name),
      );
    }
  });

  it('shows in the palette only what something can do now', () => {
    const { menus } = generated.contributes as {
      readonly menus: {
        readonly commandPalette: readonly { readonly command: string; readonly when: string }[];
      };
    };
    const shown = new Map(
      menus.commandPalette.map(({ command, when }) => [command.replace('gameServerOps.', ''), when]),
    );
    const operations = operationCommands(allSystems).map(({ id }) => id);
    expect(operations).toContain('start');
    for (const id of [...operations, 'connect', 'disconnect', 'removeConnection', 'logs', 'metrics'])
      expect(shown.get(id), id).toBe(`gameServerOps.offered =~ /\\.${id}\\b/`);
    for (const id of ['addConnection', 'openInspector', 'showLog', 'tasks'])
      expect(shown.has(id), id).toBe(false);
  });

  it('puts what destroys last in the menu, in a group of its own', () => {
    const { menus } = generated.contributes as {
      readonly menus: Readonly<
        Record<string, readonly { readonly command: string; readonly group: string }[]>
      >;
    };
    const last = menus['view/item/context']?.filter(({ group }) => group.startsWith('9_')) ?? [];
    const destroying = operationCommands(allSystems).filter(({ effect }) => effect === 'destroys');
    expect(new Set(last.map(({ command }) => command))).toEqual(
      new Set(['removeConnection', ...destroying.map(({ id }) => id)].map((id) => `gameServerOps.${id}`)),
    );
  });

  it('refuses an operation of two systems that is no shared verb, and one without a command', () => {
    const [system] = allSystems;
    if (!system) throw new Error('there are systems');
    const own = system.operations.filter(({ command }) => command);
    expect(own).not.toEqual([]);
    expect(() => operationCommands([system, { ...system, operations: own }])).toThrow(/checkUpdate/);
    const nameless = own.map(({ command, ...operation }) => operation);
    expect(() => operationCommands([{ ...system, operations: nameless }])).toThrow(/checkUpdate/);
  });

  it('gives a command the keys that stand beside it', () => {
    const keys = { key: 'ctrl+alt+e', mac: 'cmd+alt+e', when: 'inTree' };
    expect(keybindingsOf({ emit: { title: 'Emit', keys }, replay: { title: 'Replay' } })).toEqual([
      { command: 'gameServerOps.emit', ...keys },
    ]);
  });

  it('names only pictures and pages that are there', () => {
    const pages = [...JSON.stringify(generated).matchAll(/media\/[\w/.-]+/g)].map(([path]) => path);
    expect(pages.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    // Each page of the tour shows the picture of its own name.
    const folder = join(root, 'media/walkthrough');
    const shown = pages
      .filter((path) => path.startsWith('media/walkthrough/'))
      .flatMap((path) => {
        const [, picture = ''] =
          /!\[[^\]]+\]\(([\w.-]+)\)/.exec(readFileSync(join(root, path), 'utf8')) ?? [];
        return [basename(path), picture];
      });
    expect(readdirSync(folder).sort()).toEqual(shown.sort());
  });
});

describe("KGSM's catalog", () => {
  it('has the 27 types of 2.x and what 3.x added, each with a schema, and nothing twice', () => {
    const types = kgsm.catalog.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    expect(new Set(types)).toEqual(dataSchemas);
    expect(types.length).toBeGreaterThanOrEqual(61);
  });

  it.each(kgsm.catalog.map(({ type, example }) => [type, example] as const))(
    'has an example of %s that decodes without a problem',
    (type, example) => {
      const { event, problems } = kgsmDecoder.decode(kgsmDecoder.initial, {
        timeline: 'live',
        receivedAt: 0,
        host: '',
        connection: 'home',
        system: 'kgsm',
        channel: 'push',
        direction: 'in',
        origin: 'live',
        text: JSON.stringify(example),
        utf8: true,
        truncated: false,
      });
      expect(problems).toEqual([]);
      expect(event.type).toBe(type);
      expect(event.time).toBeTypeOf('number');
    },
  );
});
