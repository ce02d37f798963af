import { build, context } from 'esbuild';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path/posix';
import subsetFont from 'subset-font';
import { cssAsText } from './cssAsText.ts';
import { atOnce, imported, joinStart, journalWorker } from './joinStart.mjs';

/** `node build.mjs` makes the production bundles in dist/; `--watch` rebuilds with source maps while one works. */
const watch = process.argv.includes('--watch');
const codicons = 'node_modules/@vscode/codicons/dist/codicon';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

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

const page = {
  ...common,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  plugins: [cssAsText],
};

const pages = [
  {
    ...page,
    entryPoints: { inspector: 'src/webview/main.ts' },
    outdir: 'dist/webview',
    // Modules, so that what is opened rarely is loaded only then.
    splitting: true,
    chunkNames: 'lazy/[name]-[hash]',
  },
  {
    ...page,
    entryPoints: { metrics: 'src/webview/metrics/main.ts', server: 'src/webview/server/main.ts' },
    outdir: 'dist/webview',
    // The charts of both.
    splitting: true,
    chunkNames: 'lazy/[name]-[hash]',
  },
];

/** The command line of terminals takes the code of the journal from the worker's bundle. */
const journalOfWorker = {
  name: 'journal of the worker',
  setup({ onResolve }) {
    onResolve({ filter: /\/inProcessBackend\.ts$/ }, () => ({ path: journalWorker, external: true }));
  },
};

/** Bundles of the host, which shares its parts with the command line of terminals; it names the parts of the inspector's script to the page, which loads them at once then. */
const hosts = (inspectorParts) => [
  {
    ...host,
    entryPoints: { extension: 'src/extension.ts', cli: 'src/cli/main.ts' },
    outdir: 'dist',
    define: {
      ...host.define,
      inspectorParts: JSON.stringify(inspectorParts),
      gsopsVersion: JSON.stringify(version),
    },
    plugins: [journalOfWorker],
  },
  {
    ...host,
    entryPoints: { journalWorker: 'src/core/journal/store/worker.ts' },
    outdir: 'dist',
    splitting: false,
    banner: {},
  },
  // A process of its own, which only those start who have no server.
  { ...host, entryPoints: { simulators: 'src/simulator/main.ts' }, outdir: 'dist', splitting: false },
];

/** Leaves out of a system all that only forms and pages ask of it: the command line has neither. */
const withoutForms = {
  name: 'without forms',
  setup({ onLoad }) {
    onLoad({ filter: /systems\/\w+\/(?:contributes|fieldTexts|form|messageForm)\.ts$/ }, () => ({
      contents: `throw new Error('The command line has no forms.');`,
    }));
  },
};

/** The command line in one file for npm, which works wherever it is copied to. */
const commandLine = {
  ...host,
  entryPoints: { gsops: 'src/cli/main.ts' },
  outdir: 'dist',
  splitting: false,
  banner: { js: `#!/usr/bin/env node\n${host.banner.js}` },
  define: { ...host.define, gsopsVersion: JSON.stringify(version) },
  logOverride: { 'import-is-undefined': 'silent' },
  plugins: [withoutForms],
};

/** The inspector with the parts that every page of it loads, some after its first rows. */
function wholeInspector(outputs) {
  const entry = 'dist/webview/inspector.js';
  const late = outputs[entry].imports.find(({ path }) => basename(path).startsWith('lateParts-'));
  return imported(outputs, late.path, atOnce, imported(outputs, entry, atOnce));
}

async function buildAll(bundles) {
  const results = await Promise.all(bundles.map((options) => build(options)));
  return Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
}

/** Leaves in the icons of the pages those whose names stand in their scripts: a sixth of 60 kB. */
async function shrinkIcons(scripts) {
  const words = new Set(
    scripts.flatMap((path) => readFileSync(path, 'utf8').match(/[a-z][a-z0-9]*(?:-[a-z0-9]+)*/g)),
  );
  const used = [];
  const css = readFileSync(`${codicons}.css`, 'utf8').replaceAll(
    /\.codicon-([a-z0-9-]+):before \{ content: "\\([0-9a-f]+)" \}\s*/g,
    (rule, name, code) => {
      if (!words.has(name)) return '';
      used.push(String.fromCodePoint(parseInt(code, 16)));
      return rule;
    },
  );
  const font = await subsetFont(readFileSync(`${codicons}.ttf`), used.join(''), { targetFormat: 'truetype' });
  writeFileSync('dist/webview/codicon.css', css);
  writeFileSync('dist/webview/codicon.ttf', font);
}

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/webview', { recursive: true });
for (const [from, to] of [
  [`${codicons}.css`, 'codicon.css'],
  [`${codicons}.ttf`, 'codicon.ttf'],
  ['src/webview/inspector.css', 'inspector.css'],
  ['src/webview/base/page.css', 'metrics.css'],
  ['src/webview/base/page.css', 'server.css'],
]) {
  if (existsSync(from)) cpSync(from, `dist/webview/${to}`);
}

if (watch) {
  console.log('building');
  for (const options of [...pages, ...hosts([]), commandLine]) await (await context(options)).watch();
  console.log('watching');
} else {
  const ofPages = await buildAll(pages);
  await shrinkIcons(Object.keys(ofPages).filter((path) => path.endsWith('.js')));
  const parts = [...imported(ofPages, 'dist/webview/inspector.js', atOnce)].slice(1);
  const ofHosts = await buildAll(hosts(parts.map((path) => relative('dist/webview', path))));
  const joined = await joinStart(ofHosts, host);
  const ofCommandLine = await buildAll([commandLine]);
  chmodSync('dist/gsops.js', 0o755);
  const bytesOf = (path) => joined[path] ?? { ...ofPages, ...ofHosts, ...ofCommandLine }[path].bytes;
  const total = (paths) => paths.reduce((sum, path) => sum + bytesOf(path), 0);
  const worker = bytesOf('dist/journalWorker.js');
  const simulators = bytesOf('dist/simulators.js');
  const sizes = {
    // What the host reads at its start.
    start: total(['dist/extension.js', 'dist/start.js', 'dist/shared.js']),
    host: total([...new Set([...Object.keys(ofHosts), ...Object.keys(joined)])]) - worker - simulators,
    worker,
    simulators,
    webview: total([...wholeInspector(ofPages)]),
    // What its first rows wait for.
    firstRows: total([...imported(ofPages, 'dist/webview/inspector.js', atOnce)]),
    metrics: total([...imported(ofPages, 'dist/webview/metrics.js', atOnce)]),
    server: total([...imported(ofPages, 'dist/webview/server.js', atOnce)]),
    gsops: bytesOf('dist/gsops.js'),
  };
  writeFileSync('dist/sizes.json', JSON.stringify(sizes));
  for (const [what, bytes] of Object.entries(sizes)) console.log(`${what} ${(bytes / 1000).toFixed(1)} kB`);
}
