import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Who may not import whom: the arrows of the design. `core` stands for all of its rooms. */
const mayNotImport = {
  // model ← wire, systems, journal ← connections, playback ← ui
  'core/model': ['wire', 'systems', 'journal', 'connections', 'playback'],
  'core/wire': ['systems', 'journal', 'connections', 'playback'],
  'core/systems': ['journal', 'connections', 'playback'],
  'core/journal': ['wire', 'systems', 'connections', 'playback'],
  // core ← simulator ← ui; core knows neither
  core: ['simulator', 'ui', 'webview', 'rpc', 'cli'],
  simulator: ['ui', 'webview', 'rpc', 'cli'],
  cli: ['ui', 'webview', 'rpc', 'simulator'],
  rpc: ['core', 'simulator', 'ui', 'webview', 'cli'],
  webview: ['simulator', 'ui', 'cli'],
  ui: ['webview', 'cli'],
};

/** Pages know of the core its query language alone: it colours and completes without a question to the host. */
const coreOfPages = {
  regex: String.raw`/core/(?!journal/query/|model/text\.ts)`,
  message: 'src/webview must not know it.',
};

/** Only src/ui and the entry know VS Code; what is generated from is read by plain Node. */
const knowsVscode = new Set(['ui']);

/** One rule per folder, because a later setting of a rule replaces an earlier one. */
function boundaries(folder) {
  const parents = folder.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));
  const rooms = parents.flatMap((parent) => mayNotImport[parent] ?? []);
  return {
    files: [`src/${folder}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: knowsVscode.has(folder) ? [] : [{ name: 'vscode', message: 'Only src/ui knows VS Code.' }],
          patterns: [
            {
              group: [...rooms.map((room) => `**/${room}/**`), '**/test/**'],
              message: `src/${folder} must not know it (see the boundaries in eslint.config.mjs).`,
            },
            ...(folder === 'webview' ? [coreOfPages] : []),
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'dist-test/', 'node_modules/', 'coverage/', 'test/results/', 'test/wire/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
    },
  },
  ...[
    'core',
    ...Object.keys(mayNotImport).filter((folder) => folder !== 'core'),
    'core/connections',
    'core/playback',
  ].map(boundaries),
  {
    ...boundaries('ui'),
    files: ['src/ui/contributions/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: 'vscode', message: 'Plain Node reads this.' }] }],
    },
  },
  {
    files: ['test/**', 'src/ui/contributions/generate.ts'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { console: 'readonly', process: 'readonly' } } },
  {
    files: ['examples/**'],
    languageOptions: { globals: { AbortSignal: 'readonly', URL: 'readonly', fetch: 'readonly' } },
  },
);
