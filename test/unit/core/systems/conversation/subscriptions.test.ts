import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { english, text } from '../../../../../src/core/model/text.ts';
import { ConversationError } from '../../../../../src/core/systems/conversation/conversationError.ts';
import { Subscriptions } from '../../../../../src/core/systems/conversation/subscriptions.ts';
import { ManualClock } from '../../helpers.ts';

const silent = new ConversationError('noAnswer', text('silence'));
const refused = new ConversationError('refused', text('not for you'));

/** Subscriptions of a side that answers as a test wants: with an id, or with an error. */
function rig(answer: (topic: string, attempt: number) => Promise<string | undefined>) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const missing: string[] = [];
  const resumed: string[] = [];
  const subscriptions = new Subscriptions({
    clock,
    subscribe(topic) {
      asked.push(`+${topic}`);
      return answer(topic, asked.filter((each) => each === `+${topic}`).length);
    },
    unsubscribe(topic, id) {
      asked.push(`-${topic}${id === undefined ? '' : ` ${id}`}`);
      return Promise.resolve();
    },
    onMissing: (topic, why) => missing.push(`${topic}: ${english(why)}`),
    onResumed: (topic) => resumed.push(topic),
  });
  return { clock, asked, missing, resumed, subscriptions };
}

const confirming = (topic: string): Promise<string> => Promise.resolve(`id-${topic}`);

describe('a topic', () => {
  it('is asked for when the first wants it and given up when the last does not', async () => {
    const { asked, subscriptions } = rig(confirming);
    await Promise.all([subscriptions.add('a', 'one'), subscriptions.add('a', 'two')]);
    expect(subscriptions.confirmed).toEqual(['a']);
    await subscriptions.remove('a', 'one');
    expect(asked).toEqual(['+a']);
    await subscriptions.remove('a', 'two');
    expect(asked).toEqual(['+a', '-a id-a']);
    expect(subscriptions.confirmed).toEqual([]);
  });

  it('that is wanted and not wanted at once is settled by what is wanted in the end', async () => {
    const { asked, subscriptions } = rig(confirming);
    const first = subscriptions.add('a', 'one');
    const gone = subscriptions.remove('a', 'one');
    await Promise.all([first, gone, subscriptions.add('a', 'one')]);
    expect(subscriptions.confirmed).toEqual(['a']);
    expect(asked.filter((each) => each === '+a').length).toBe(1);
  });

  it('that is not answered is asked for again, after waits that grow, until it is', async () => {
    const { clock, asked, missing, resumed, subscriptions } = rig((topic, attempt) =>
      attempt < 4 ? Promise.reject(silent) : confirming(topic),
    );
    await subscriptions.addQuietly(['a', 'a'], 'settings');
    expect(missing).toEqual(['a: silence']);
    for (const wait of [1000, 2000, 4000]) {
      clock.advance(wait - 1);
      const before = asked.length;
      await turn();
      expect(asked.length).toBe(before);
      clock.advance(1);
      await turn();
      expect(asked.length).toBe(before + 1);
    }
    expect(resumed).toEqual(['a']);
    expect(subscriptions.confirmed).toEqual(['a']);
    expect(clock.waiting).toBe(0);
  });

  it('that is not answered is forgotten when nobody wants it any more', async () => {
    const { clock, asked, subscriptions } = rig(() => Promise.reject(silent));
    await subscriptions.addQuietly(['a'], 'one');
    await subscriptions.remove('a', 'one');
    clock.advance(100_000);
    await turn();
    expect(asked).toEqual(['+a', '-a']);
  });

  it('that is refused is not asked for again by itself, but by the next who wants it', async () => {
    const { clock, asked, missing, subscriptions } = rig((topic, attempt) =>
      attempt === 1 ? Promise.reject(refused) : confirming(topic),
    );
    await expect(subscriptions.add('a', 'one')).rejects.toBe(refused);
    expect(missing).toEqual([]);
    expect(clock.waiting).toBe(0);
    await subscriptions.add('a', 'two');
    expect(asked).toEqual(['+a', '+a']);
  });

  it('that the other side ends is told and asked for again; one that held long begins with the first wait', async () => {
    const { clock, asked, missing, subscriptions } = rig(confirming);
    await subscriptions.add('a', 'one');
    for (const rest of [1000, 2000]) {
      subscriptions.ended('id-a', refused, text('ended'));
      clock.advance(rest);
      await turn();
    }
    expect(asked).toEqual(['+a', '+a', '+a']);
    clock.advance(60_000);
    subscriptions.ended('a', refused, text('ended'));
    clock.advance(1000);
    await turn();
    expect(asked.length).toBe(4);
    expect(missing).toEqual(['a: ended', 'a: ended', 'a: ended']);
  });

  it('that is ended before it is confirmed counts as refused', async () => {
    const confirmed = Promise.withResolvers<string>();
    const { subscriptions } = rig(() => confirmed.promise);
    const added = subscriptions.add('a', 'one');
    await turn();
    subscriptions.ended('a', refused, text('ended'));
    confirmed.resolve('id-a');
    await expect(added).rejects.toBe(refused);
    expect(subscriptions.confirmed).toEqual([]);
  });

  it('that a message subscribed to as it is can be given up', async () => {
    const { asked, subscriptions } = rig(confirming);
    subscriptions.note('subscribe', 'a');
    expect(subscriptions.confirmed).toEqual(['a']);
    await subscriptions.removeAll('a');
    await subscriptions.removeAll('never-heard-of');
    expect(asked).toEqual(['-a', '-never-heard-of']);
  });

  it('of an ended session is neither asked for nor retried', async () => {
    const { clock, asked, missing, subscriptions } = rig(() => Promise.reject(silent));
    await subscriptions.addQuietly(['a'], 'one');
    subscriptions.end();
    expect(clock.waiting).toBe(0);
    await expect(subscriptions.add('b', 'one')).rejects.toThrow('closed');
    await subscriptions.addQuietly(['c'], 'one');
    expect(asked).toEqual(['+a']);
    expect(missing).toEqual(['a: silence']);
  });
});

describe('the topics of a holder', () => {
  it('are replaced by those that it wants now', async () => {
    const { asked, missing, subscriptions } = rig((topic) =>
      topic === 'broken' ? Promise.reject(new TypeError('boom')) : confirming(topic),
    );
    subscriptions.replace(new Set(['a', 'b']), 'watch');
    await turn();
    subscriptions.replace(new Set(['b', 'broken']), 'watch');
    await turn();
    expect(asked).toEqual(
      ['+a', '+b', '-a id-a', '+broken'].sort((x, y) => asked.indexOf(x) - asked.indexOf(y)),
    );
    expect(missing).toEqual(['broken: boom']);
    expect(subscriptions.confirmed).toEqual(['b']);
  });
});
