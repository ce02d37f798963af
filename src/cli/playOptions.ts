import { validSpeed, type PlaySpeed } from '../core/playback/player.ts';
import { UsageError } from './command.ts';

/** The value of --speed. */
export function speedOf(written: string): PlaySpeed {
  const speed = written === 'max' ? written : Number(written);
  if (!validSpeed(speed)) throw new UsageError('--speed must be from 0.1 to 1000, or max.');
  return speed;
}

/** The value of --loop. */
export function roundsOf(written: string): number {
  const rounds = Number(written);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--loop must be a whole number above 0.');
  return rounds;
}
