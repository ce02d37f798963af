import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
const files = execFileSync(
  process.execPath,
  [join(root, 'node_modules/@vscode/vsce/vsce'), 'ls', '--no-dependencies'],
  { cwd: root, encoding: 'utf8' },
);

describe('the package', () => {
  it('holds what it needs and nothing else', () => {
    // Files that are loaded when they are needed have names that change with what is in it.
    const listed = files
      .trim()
      .split('\n')
      .map((file) => file.replace(/lazy\/.*-[A-Z0-9]{8}\.js$/, 'lazy'));
    expect([...new Set(listed)].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/cli.js',
      'dist/extension.js',
      'dist/journalWorker.js',
      'dist/lazy',
      'dist/shared.js',
      'dist/simulators.js',
      'dist/start.js',
      'dist/webview/codicon.css',
      'dist/webview/codicon.ttf',
      'dist/webview/inspector.css',
      'dist/webview/inspector.js',
      'dist/webview/lazy',
      'dist/webview/metrics.css',
      'dist/webview/metrics.js',
      'dist/webview/server.css',
      'dist/webview/server.js',
      'media/activity.svg',
      'media/icon.png',
      'media/inspector-dark.svg',
      'media/inspector-light.svg',
      'media/metrics-dark.svg',
      'media/metrics-light.svg',
      'media/overview.png',
      'media/server-dark.svg',
      'media/server-light.svg',
      'media/walkthrough/arrange.md',
      'media/walkthrough/arrange.png',
      'media/walkthrough/connect.md',
      'media/walkthrough/connect.png',
      'media/walkthrough/demo.md',
      'media/walkthrough/demo.png',
      'media/walkthrough/inspect.md',
      'media/walkthrough/inspect.png',
      'media/walkthrough/operate.md',
      'media/walkthrough/operate.png',
      'media/walkthrough/replay.md',
      'media/walkthrough/replay.png',
      'package.json',
      'package.nls.json',
    ]);
  });

  it('starts with two files that import none of their own: each further one would cost the start a millisecond', () => {
    const read = (file: string): string => readFileSync(join(root, 'dist', file), 'utf8');
    const importsOf = (file: string): string[] =>
      [...read(file).matchAll(/(?:from|import) ?["'](\.[^"']*)/g)].map(([, path = '']) => path);
    expect(read('extension.js')).toBe(`export * from './start.js';`);
    expect(new Set(importsOf('start.js'))).toEqual(new Set(['./shared.js']));
    expect(importsOf('shared.js')).toEqual([]);
    expect(read('start.js')).toMatch(/import\("\.\/lazy\//);
  });

  it('has a command line that shares these files, and needs no VS Code for any of its commands', () => {
    const cli = join(root, 'dist/cli.js');
    const run = (...args: string[]): string =>
      execFileSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
    const commands = [...run('--help').matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(6);
    for (const command of commands) expect(run(command, '--help')).toMatch(/^usage: gsops /);
  });

  it('has the icons of its pages, and few others', () => {
    const css = readFileSync(join(root, 'dist/webview/codicon.css'), 'utf8');
    const icons = readFileSync(join(root, 'src/webview/base/icons.ts'), 'utf8').matchAll(
      /: '([0-9a-f]{4})'/g,
    );
    const codes = [...icons].map(([, code]) => `content: "\\${String(code)}"`);
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !css.includes(code))).toEqual([]);
    const toolbar = readFileSync(join(root, 'src/webview/shell/toolbar.ts'), 'utf8');
    const names = [...toolbar.matchAll(/icon="([a-z-]+)"/g)].map(
      ([, name]) => `.codicon-${String(name)}:before`,
    );
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !css.includes(name))).toEqual([]);
    expect(readFileSync(join(root, 'dist/webview/codicon.ttf')).length).toBeLessThan(30_000);
  });

  it('is within its budgets', () => {
    const sizes = JSON.parse(readFileSync(join(root, 'dist/sizes.json'), 'utf8')) as Record<string, number>;
    expect(sizes['start']).toBeLessThanOrEqual(220_000);
    expect(sizes['webview']).toBeLessThanOrEqual(300_000);
    expect(sizes['simulators']).toBeLessThanOrEqual(400_000);
    expect(sizes['metrics']).toBeLessThanOrEqual(100_000);
    expect(sizes['server']).toBeLessThanOrEqual(120_000);
    expect(
      existsSync(join(root, `${name}-${version}.vsix`))
        ? readFileSync(join(root, `${name}-${version}.vsix`)).length
        : 0,
    ).toBeLessThanOrEqual(1_000_000);
  });
});
