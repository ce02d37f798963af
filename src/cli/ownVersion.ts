/** Put in by the build. */
declare const gsopsVersion: string | undefined;

/** Whether this is the bundle of the package, and not its sources. */
export function isBundled(): boolean {
  return typeof gsopsVersion === 'string';
}

/** The version of the package; from the sources it is read from its manifest. */
export async function ownVersion(): Promise<string> {
  if (typeof gsopsVersion === 'string') return gsopsVersion;
  const { readFile } = await import('node:fs/promises');
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
