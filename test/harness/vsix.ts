import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './suites.ts';

/** The VSIX that `npm run package` made. */
export function packagedVsix(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const path = join(ROOT, `${manifest.name}-${manifest.version}.vsix`);
  if (!existsSync(path)) throw new Error(`There is no ${path}. Make it with: npm run package`);
  return path;
}
