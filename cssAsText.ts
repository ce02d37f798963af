import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** Library CSS goes into shadow roots as text: `import css from './x.css?text'`. Our own goes there without comments and indentation. */
export const cssAsText: Plugin = {
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
    api.onLoad({ filter: /\/src\/webview\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/\bcss`[^`]*`/g, (style) =>
        style.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\s+/g, ' '),
      ),
      loader: 'ts',
    }));
  },
};
