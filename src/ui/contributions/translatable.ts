import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Calls whose first argument is a text for people: `text('…')` in the core, `l10n.t('…')` in the ui, `t('…')` in the webview. */
const call = /\b(?:text|t)\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g;

/** Every English text of the sources, as the bundle that translations start from. */
export function collectTranslatable(folder: string): Readonly<Record<string, string>> {
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    for (const [, literal = ''] of readFileSync(join(folder, name), 'utf8').matchAll(call))
      found.add(unquote(literal));
  }
  return Object.fromEntries([...found].sort().map((english) => [english, english]));
}

function unquote(literal: string): string {
  const inner = literal.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  return inner;
}
