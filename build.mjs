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
  format: 'cjs',
  target: 'node22',
  external: ['vscode'],
  // `ws` looks for these native helpers and does without.
  define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"' },
};

const bundles = [
  { ...host, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs' },
  {
    ...common,
    entryPoints: ['src/webview/main.ts'],
    outfile: 'dist/webview/inspector.js',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    plugins: [cssAsText],
  },
];

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/webview', { recursive: true });
for (const [from, to] of [
  ['node_modules/@vscode/codicons/dist/codicon.css', 'codicon.css'],
  ['node_modules/@vscode/codicons/dist/codicon.ttf', 'codicon.ttf'],
  ['src/webview/inspector.css', 'inspector.css'],
]) {
  if (existsSync(from)) cpSync(from, `dist/webview/${to}`);
}

if (watch) {
  console.log('building');
  for (const options of bundles) await (await context(options)).watch();
  console.log('watching');
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  const sizes = results.flatMap(({ metafile }) =>
    Object.entries(metafile.outputs).map(([file, { bytes }]) => [file, bytes]),
  );
  writeFileSync('dist/sizes.json', JSON.stringify(Object.fromEntries(sizes)));
  for (const [file, bytes] of sizes) console.log(`${file} ${(bytes / 1000).toFixed(1)} kB`);
}
