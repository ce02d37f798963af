import { existsSync, globSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles all suites of a folder and mocha into the one CommonJS file that VS Code loads in the extension host.
 * Gives the number of suite files, of all and of those that run on every version.
 */
export async function bundleSuites(folder: string, outfile: string): Promise<{ all: number; smoke: number }> {
  const files = existsSync(folder) ? globSync('**/*.test.ts', { cwd: folder }).sort() : [];
  const suites = files.map((file) => {
    const path = join(folder, file);
    return `{ file: ${JSON.stringify(relative(ROOT, path))}, load: () => import(${JSON.stringify(path)}) }`;
  });
  const host = fileURLToPath(new URL('mochaHost.ts', import.meta.url));
  await build({
    stdin: {
      contents: `import { runSuites } from ${JSON.stringify(host)};\nexport const run = () => runSuites([${suites.join(',\n')}]);\n`,
      resolveDir: ROOT,
      sourcefile: 'suites.js',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    // VS Code's own stack traces ignore source maps, so whoever prints an error uses this file.
    sourcemap: 'external',
    // The checkout may have "type": "module"; import.meta does not exist in CommonJS.
    define: { 'import.meta.url': 'bundledFileUrl' },
    banner: { js: "const bundledFileUrl = require('node:url').pathToFileURL(__filename).href;" },
    // mocha resolves its optional parts at run time; none of them is used.
    logOverride: { 'require-resolve-not-external': 'silent' },
    logLevel: 'warning',
  });
  return { all: files.length, smoke: files.filter((file) => file.endsWith('.smoke.test.ts')).length };
}

/** Turns the places of a stack trace that point into the bundle into places of the suites; drops those inside of mocha. */
export function mapStack(stack: string, bundle: string): string {
  if (!existsSync(`${bundle}.map`)) return stack;
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as SourceMapPayload);
  const place = new RegExp(
    String.raw`\(?(?:file://)?[^\s()]*${basename(bundle).replaceAll('.', String.raw`\.`)}:(\d+):(\d+)\)?`,
  );
  const lines = stack.split('\n').map((line) => {
    const found = place.exec(line);
    if (found === null) return line;
    const entry = map.findEntry(Number(found[1]) - 1, Number(found[2]) - 1);
    if (!('originalSource' in entry)) return line;
    const file = relative(ROOT, resolve(bundle, '..', entry.originalSource));
    return line.replace(found[0], `(${file}:${entry.originalLine + 1}:${entry.originalColumn + 1})`);
  });
  return lines.filter((line) => !/^\s+at .*(node_modules|node:internal)/.test(line)).join('\n');
}
