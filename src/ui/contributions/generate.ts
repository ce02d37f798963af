import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systems } from '../../core/systems/index.ts';
import { SystemRegistry } from '../../core/systems/registry.ts';
import { buildManifest } from './manifest.ts';
import { collectTranslatable } from './translatable.ts';

/** Writes the generated parts of package.json, package.nls.json and l10n/; a test compares them with what stands there. */
const root = new URL('../../../', import.meta.url);

function write(name: string, value: unknown): void {
  writeFileSync(fileURLToPath(new URL(name, root)), `${JSON.stringify(value, null, 2)}\n`);
}

const { nls, ...generated } = await buildManifest(await new SystemRegistry(systems).loadAll());
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Record<string, unknown>;
write('package.json', { ...manifest, ...generated });
write('package.nls.json', nls);
write('l10n/bundle.l10n.json', collectTranslatable(fileURLToPath(new URL('src', root))));
