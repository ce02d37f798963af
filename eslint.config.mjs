import eslint from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Who may import whom: `target` must not import from `from`. The arrows of the design, as lint zones. */
const zones = [
  // model ← wire, systems, journal ← connections, playback ← ui
  {
    target: './src/core/model',
    from: [
      './src/core/wire',
      './src/core/systems',
      './src/core/journal',
      './src/core/connections',
      './src/core/playback',
    ],
  },
  {
    target: './src/core/wire',
    from: ['./src/core/systems', './src/core/journal', './src/core/connections', './src/core/playback'],
  },
  {
    target: './src/core/systems',
    from: ['./src/core/journal', './src/core/connections', './src/core/playback'],
  },
  {
    target: './src/core/journal',
    from: ['./src/core/wire', './src/core/systems', './src/core/connections', './src/core/playback'],
  },
  // core ← simulator ← ui; core knows neither
  {
    target: './src/core',
    from: ['./src/simulator', './src/ui', './src/webview', './src/rpc', './src/probe'],
  },
  { target: './src/simulator', from: ['./src/ui', './src/webview', './src/rpc', './src/probe'] },
  { target: './src/rpc', from: ['./src/core', './src/simulator', './src/ui', './src/webview'] },
  { target: './src/webview', from: ['./src/core', './src/simulator', './src/ui', './src/probe'] },
  { target: './src/probe', from: ['./src/ui', './src/webview', './src/rpc'] },
  { target: './src', from: ['./test'] },
];

export default tseslint.config(
  { ignores: ['dist/', 'dist-test/', 'node_modules/', 'coverage/', 'test/results/', 'test/wire/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.js'] } } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }],
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
  {
    files: [
      'src/core/**',
      'src/simulator/**',
      'src/rpc/**',
      'src/webview/**',
      'src/probe/**',
      'src/ui/contributions/**',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: 'Only src/ui knows VS Code.' }] },
      ],
    },
  },
  {
    files: ['test/**', 'src/ui/contributions/generate.ts'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { console: 'readonly', process: 'readonly' } } },
);
