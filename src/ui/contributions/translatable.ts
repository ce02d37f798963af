import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const literal = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;

/**
 * Calls that begin with texts for people: `text('…')` in the core, `l10n.t('…')` in the ui, `t('…')` in the webview have one,
 * `texts('…', '…')` any number.
 */
const calls = [
  new RegExp(`\\b(?:text|t)\\(\\s*(?:${literal.source})`, 'g'),
  new RegExp(`\\btexts\\((?:\\s*(?:${literal.source}),?)+`, 'g'),
];

/** Every English text of the sources, as the bundle that translations start from. */
export function collectTranslatable(folder: string): Readonly<Record<string, string>> {
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(join(folder, name), 'utf8');
    for (const [words] of calls.flatMap((call) => [...source.matchAll(call)]))
      for (const [quoted] of words.matchAll(literal)) found.add(unquote(quoted));
  }
  return Object.fromEntries([...found].sort().map((english) => [english, english]));
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
}
