import { build } from 'esbuild';
import { Buffer } from 'node:buffer';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path/posix';

const extension = 'dist/extension.js';
const commandLine = 'dist/cli.js';

/** Name of the worker's bundle in imports, until the folder of the importing file is known. */
export const journalWorker = 'dist:journalWorker';

/**
 * Joins the extension's entry and all that it imports at once into two files: VS Code loads each file of a module by itself, and
 * there are dozens. `shared.js` has what the command line needs as well, which must not load the module of VS Code, and `start.js`
 * the rest. Everything else takes their parts from these two. Answers the files with their sizes.
 */
export async function joinStart(outputs, options) {
  const parts = [...imported(outputs, extension, atOnce)].slice(1);
  const ofCommandLine = imported(outputs, commandLine, [...atOnce, 'dynamic-import']);
  const shared = parts.filter((path) => ofCommandLine.has(path));
  const own = parts.filter((path) => !ofCommandLine.has(path));
  const joins = [new Join('dist/shared.js', shared, 's'), new Join('dist/start.js', own, 'p')];
  const [sharedJoin, startJoin] = joins;

  // First all that takes something from the two files: their exports are what is taken.
  const later = Object.keys(outputs).filter(
    (path) => path === commandLine || (path.startsWith('dist/lazy/') && !parts.includes(path)),
  );
  const files = later.map((path) => [
    path,
    takeFrom(joins, path, withoutUnusedBanner(readFileSync(path, 'utf8'), options.banner.js)),
  ]);
  const partTexts = new Map(
    [extension, ...parts].map((path) => {
      const text = withoutUnusedBanner(readFileSync(path, 'utf8'), options.banner.js);
      return [basename(path), shared.includes(path) ? text : takeFrom([sharedJoin], startJoin.file, text)];
    }),
  );
  files.push(
    [startJoin.file, await startJoin.bundle(options, partTexts, `export * from './${extension}';`)],
    [sharedJoin.file, await sharedJoin.bundle(options, partTexts)],
    [extension, `export * from './start.js';`],
  );
  for (const file of files) {
    const [path] = file;
    const text = (file[1] = file[1].replaceAll(journalWorker, pathTo(path, 'dist/journalWorker.js')));
    const lost = parts.find((part) => new RegExp(`["']\\./(?:lazy/)?${basename(part)}["']`).test(text));
    if (lost !== undefined) throw new Error(`${path} loads ${lost}, which is joined into another file.`);
    writeFileSync(path, text);
  }
  for (const path of parts) rmSync(path);
  return Object.fromEntries([
    ...parts.map((path) => [path, 0]),
    ...files.map(([path, text]) => [path, Buffer.byteLength(text)]),
  ]);
}

/** Ways of importing that do not wait until somebody needs it. */
export const atOnce = ['import-statement'];

/** A file with all that it imports in these ways, beside what is found already. */
export function imported(outputs, file, kinds, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const { path, kind, external } of outputs[file].imports)
    if (kinds.includes(kind) && !external) imported(outputs, path, kinds, found);
  return found;
}

/** Parts that become one file. */
class Join {
  constructor(file, parts, prefix) {
    this.file = file;
    this.parts = parts;
    this.prefix = prefix;
    this.numbers = new Map(parts.map((path, n) => [basename(path), n]));
    this.taken = new Set();
  }

  /** Name under which the file has something of a part; undefined for a file that is none of its parts. */
  nameOf(part, name) {
    const n = this.numbers.get(part);
    if (n === undefined) return undefined;
    this.taken.add(JSON.stringify([n, name]));
    return `${this.prefix}${n}${name}`;
  }

  async bundle(
    { bundle, minify, legalComments, logLevel, platform, format, target, external },
    texts,
    first = '',
  ) {
    const exported = [...this.taken].map((each) => {
      const [n, name] = JSON.parse(each);
      return `export { ${name} as ${this.prefix}${n}${name} } from './${this.parts[n]}';`;
    });
    const { outputFiles } = await build({
      ...{ bundle, minify, legalComments, logLevel, platform, format, target, external },
      stdin: { contents: [first, ...exported].join('\n'), resolveDir: '.' },
      write: false,
      plugins: [
        {
          name: 'other files stay',
          setup({ onLoad, onResolve }) {
            onResolve({ filter: /^\./ }, ({ kind, path }) => {
              if (kind === 'dynamic-import') return { path: `./lazy/${basename(path)}`, external: true };
              return path === './shared.js' ? { path, external: true } : undefined;
            });
            onLoad({ filter: /\.js$/ }, ({ path }) => {
              const contents = texts.get(basename(path));
              return contents === undefined ? undefined : { contents, resolveDir: dirname(path) };
            });
          },
        },
      ],
    });
    return outputFiles[0].text;
  }
}

/** The text of a file that takes what these joins have from their files. */
function takeFrom(joins, file, text) {
  return text.replaceAll(/import(?:\{([^}]*)\}from)?"\.\/(?:lazy\/)?([^"]+)";/g, (statement, names, part) => {
    const join = joins.find(({ numbers }) => numbers.has(part));
    if (!join) return statement;
    const from = pathTo(file, join.file);
    // Order matters to none of them: they only define things.
    if (names === undefined) return '';
    const taken = names.split(',').map((name) => {
      const [theirs, ours = theirs] = name.split(' as ');
      return `${join.nameOf(part, theirs)} as ${ours}`;
    });
    return `import{${taken.join(',')}}from"${from}";`;
  });
}

/** Path of a file in an import of another one. */
function pathTo(from, to) {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

/** Most files ask for nothing by `require`. */
function withoutUnusedBanner(text, banner) {
  const rest = text.replace(banner, '').trimStart();
  return /\brequire\b/.test(rest) ? text : rest;
}
