import { build, context } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** `node build.mjs` makes the production bundles in dist/; `--watch` rebuilds with source maps while one works. */
const watch = process.argv.includes('--watch');

/** Library CSS goes into shadow roots as text: `import css from './x.css?text'`. */
const cssAsText = {
  name: 'css-as-text',
  setup(api) {
    api.onResolve({ filter: /\?text$/ }, async ({ path, resolveDir }) => {
      const found = await api.resolve(path.replace(/\?text$/, ''), { resolveDir, kind: 'import-statement' });
      return { path: found.path, namespace: 'css-text' };
    });
    api.onLoad({ filter: /.*/, namespace: 'css-text' }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
    }));
  },
};

const common = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

const host = {
  ...common,
  platform: 'node',
  // Modules, so that what a connection needs only when it is opened is loaded only then.
  format: 'esm',
  splitting: true,
  chunkNames: 'lazy/[name]-[hash]',
  target: 'node22',
  external: ['vscode'],
  // Libraries of the old kind ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  // `ws` looks for these native helpers and does without.
  define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"' },
};

const bundles = [
  { ...host, entryPoints: ['src/extension.ts'], outdir: 'dist' },
  {
    ...host,
    entryPoints: { journalWorker: 'src/core/journal/store/worker.ts' },
    outdir: 'dist',
    splitting: false,
    banner: {},
  },
  {
    ...common,
    entryPoints: ['src/webview/main.ts'],
    outfile: 'dist/webview/inspector.js',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    plugins: [cssAsText],
  },
  {
    ...common,
    entryPoints: ['src/webview/metrics/main.ts'],
    outfile: 'dist/webview/metrics.js',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    plugins: [cssAsText],
  },
];

function sizeWithImports(outputs, file, seen = new Set()) {
  if (seen.has(file)) return 0;
  seen.add(file);
  const { bytes, imports } = outputs[file];
  const own = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  return own.reduce((sum, { path }) => sum + sizeWithImports(outputs, path, seen), bytes);
}

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/webview', { recursive: true });
for (const [from, to] of [
  ['node_modules/@vscode/codicons/dist/codicon.css', 'codicon.css'],
  ['node_modules/@vscode/codicons/dist/codicon.ttf', 'codicon.ttf'],
  ['src/webview/inspector.css', 'inspector.css'],
  ['src/webview/metrics/metrics.css', 'metrics.css'],
]) {
  if (existsSync(from)) cpSync(from, `dist/webview/${to}`);
}

if (watch) {
  console.log('building');
  for (const options of bundles) await (await context(options)).watch();
  console.log('watching');
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
  const all = Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0);
  const webview = outputs['dist/webview/inspector.js'].bytes;
  // What the host reads at its start: the entry and whatever it imports at once.
  const metrics = outputs['dist/webview/metrics.js'].bytes;
  const start = sizeWithImports(outputs, 'dist/extension.js');
  const worker = outputs['dist/journalWorker.js'].bytes;
  const sizes = { start, host: all - webview - metrics - worker, worker, webview, metrics };
  writeFileSync('dist/sizes.json', JSON.stringify(sizes));
  for (const [what, bytes] of Object.entries(sizes)) console.log(`${what} ${(bytes / 1000).toFixed(1)} kB`);
}
