import fc from 'fast-check';
import { SOAK_VARIABLE } from './proof.ts';

/** `npm test` tries the same cases each time, so that one tree has one outcome; `npm run soak` looks for new ones. */
if (process.env[SOAK_VARIABLE] === undefined) fc.configureGlobal({ seed: 16 });
