import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** Takes a picture into the documentation, where `GSOPS_PICTURES=1` asks for it: it differs a little from machine to machine. */
export function keepPicture(taken: string, place: string): void {
  if (process.env['GSOPS_PICTURES'] === '1') copyFileSync(taken, fileURLToPath(new URL(place, ROOT)));
}
