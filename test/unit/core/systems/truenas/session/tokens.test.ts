import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { text } from '../../../../../../src/core/model/text.ts';
import {
  ConversationError,
  type ConversationReason,
} from '../../../../../../src/core/systems/conversation/conversationError.ts';
import { leaveTokens } from '../../../../../../src/core/systems/truenas/session/tokens.ts';
import { ManualClock } from '../../../helpers.ts';

/** Leaves tokens at a NAS that does not answer the second time. */
async function rig(reason: ConversationReason) {
  const clock = new ManualClock();
  const kept: string[] = [];
  let calls = 0;
  const call = (): Promise<unknown> =>
    ++calls === 2
      ? Promise.reject(new ConversationError(reason, text('no')))
      : Promise.resolve(`t${String(calls)}`);
  const ignore = (): void => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const renewal = await leaveTokens({ call }, { clock, log, keep: (_kind, value) => kept.push(value) });
  const later = async (): Promise<void> => {
    clock.advance(300_000);
    await turn();
  };
  return { clock, kept, renewal, later };
}

describe('tokens for the next sign-in', () => {
  it('go on after a question that was not answered', async () => {
    const { kept, later } = await rig('noAnswer');
    await later();
    await later();
    expect(kept).toEqual(['t1', 't3']);
  });

  it('end where the NAS gives none out', async () => {
    const { clock, kept, later } = await rig('refused');
    await later();
    expect(clock.waiting).toBe(0);
    expect(kept).toEqual(['t1']);
  });

  it('that are asked for while the session ends are the last', async () => {
    const { clock, renewal, later } = await rig('noAnswer');
    clock.advance(300_000);
    await renewal.end();
    await later();
    expect(clock.waiting).toBe(0);
  });
});
