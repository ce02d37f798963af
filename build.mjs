import { build, context } from 'esbuild';
import { Buffer } from 'node:buffer';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path/posix';
import subsetFont from 'subset-font';
import { cssAsText } from './cssAsText.ts';

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
  { ...page, entryPoints: ['src/webview/metrics/main.ts'], outfile: 'dist/webview/metrics.js' },
];

/** Bundles of the host; it names the parts of the inspector's script to the page, which loads them at once then. */
const hosts = (inspectorParts) => [
  {
    ...host,
    entryPoints: ['src/extension.ts'],
    outdir: 'dist',
    define: { ...host.define, inspectorParts: JSON.stringify(inspectorParts) },
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

/** The command line in one file, which works wherever it is copied to. */
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

/** A file with all that it imports at once. */
function withImports(outputs, file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const { path, kind, external } of outputs[file].imports)
    if (kind === 'import-statement' && !external) withImports(outputs, path, found);
  return found;
}

/** The inspector with the parts that every page of it loads, some after its first rows. */
function wholeInspector(outputs) {
  const entry = 'dist/webview/inspector.js';
  const late = outputs[entry].imports.find(({ path }) => basename(path).startsWith('lateParts-'));
  return withImports(outputs, late.path, withImports(outputs, entry));
}

async function buildAll(bundles) {
  const results = await Promise.all(bundles.map((options) => build(options)));
  return Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
}

/**
 * Joins the host's entry and all that it imports at once into one file: VS Code loads each file of a module by itself, and
 * there are dozens. What is loaded later finds the parts under their old names. Answers the files with their sizes.
 */
async function joinStart(outputs) {
  const entry = 'dist/extension.js';
  const parts = [...withImports(outputs, entry)].slice(1);
  const renamed = parts.map((path, n) => outputs[path].exports.map((name) => [name, `part${n}_${name}`]));
  const listed = (names, from) => `export { ${names.join(', ')} } from '${from}';`;
  const contents = [
    `export * from './${entry}';`,
    ...parts.map((path, n) =>
      listed(
        renamed[n].map(([name, joined]) => `${name} as ${joined}`),
        `./${path}`,
      ),
    ),
  ].join('\n');
  const {
    outputFiles: [joined],
  } = await build({
    ...common,
    stdin: { contents, resolveDir: '.' },
    platform: host.platform,
    format: host.format,
    target: host.target,
    external: host.external,
    write: false,
    plugins: [
      {
        name: 'what is loaded later stays',
        setup({ onResolve }) {
          onResolve({ filter: /^\./ }, ({ kind, path }) =>
            kind === 'dynamic-import' ? { path: `./lazy/${basename(path)}`, external: true } : undefined,
          );
        },
      },
    ],
  });
  const files = {
    [entry]: `export * from './start.js';`,
    'dist/start.js': joined.text,
    ...Object.fromEntries(
      parts.map((path, n) => [
        path,
        listed(
          renamed[n].map(([name, old]) => `${old} as ${name}`),
          '../start.js',
        ),
      ]),
    ),
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.byteLength(text)]));
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
  ['src/webview/metrics/metrics.css', 'metrics.css'],
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
  const parts = [...withImports(ofPages, 'dist/webview/inspector.js')].slice(1);
  const ofHosts = await buildAll(hosts(parts.map((path) => relative('dist/webview', path))));
  const joined = await joinStart(ofHosts);
  const ofCommandLine = await buildAll([commandLine]);
  chmodSync('dist/gsops.js', 0o755);
  const bytesOf = (path) => joined[path] ?? { ...ofPages, ...ofHosts, ...ofCommandLine }[path].bytes;
  const total = (paths) => paths.reduce((sum, path) => sum + bytesOf(path), 0);
  const worker = bytesOf('dist/journalWorker.js');
  const simulators = bytesOf('dist/simulators.js');
  const sizes = {
    // What the host reads at its start.
    start: total(['dist/extension.js', 'dist/start.js']),
    host: total([...new Set([...Object.keys(ofHosts), ...Object.keys(joined)])]) - worker - simulators,
    worker,
    simulators,
    webview: total([...wholeInspector(ofPages)]),
    // What its first rows wait for.
    firstRows: total([...withImports(ofPages, 'dist/webview/inspector.js')]),
    metrics: bytesOf('dist/webview/metrics.js'),
    gsops: bytesOf('dist/gsops.js'),
  };
  writeFileSync('dist/sizes.json', JSON.stringify(sizes));
  for (const [what, bytes] of Object.entries(sizes)) console.log(`${what} ${(bytes / 1000).toFixed(1)} kB`);
}
