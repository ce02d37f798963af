import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withPalette } from './palettePng.ts';

const ROOT = new URL('../../', import.meta.url);

/** Takes a picture into the documentation, where `GSOPS_PICTURES=1` asks for it: it differs a little from machine to machine. */
export function keepPicture(taken: string, place: string): void {
  if (process.env['GSOPS_PICTURES'] !== '1') return;
  writeFileSync(fileURLToPath(new URL(place, ROOT)), withPalette(readFileSync(taken)));
}
