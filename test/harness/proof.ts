/** Set by `npm run soak`. */
export const SOAK_VARIABLE = 'GSOPS_SOAK';

/** How often a long proof goes round: enough for every change in `npm test`, all of it in `npm run soak`. Its test has the tag `proof`. */
export function rounds(short: number, full: number): number {
  return process.env[SOAK_VARIABLE] === undefined ? short : full;
}
