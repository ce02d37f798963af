import { describe, expect, it } from 'vitest';
import { Listeners } from '../../../../src/core/model/listeners.ts';

describe('listeners', () => {
  it('are all told, also behind one that throws; that is reported once, with its name', () => {
    const failures: string[] = [];
    const heard: number[] = [];
    const listeners = new Listeners<number>((name, error) => failures.push(`${name}: ${String(error)}`));
    listeners.add('broken', () => {
      throw new Error('no');
    });
    listeners.add('sound', (value) => heard.push(value));
    listeners.tell(1);
    listeners.tell(2);
    expect(heard).toEqual([1, 2]);
    expect(failures).toEqual(['broken: Error: no']);
  });

  it('are not told any more once they are removed, even by another in the same round', () => {
    const heard: string[] = [];
    const listeners = new Listeners<void>(() => undefined);
    listeners.add('first', () => {
      removeSecond();
    });
    const removeSecond = listeners.add('second', () => heard.push('second'));
    listeners.add('third', () => heard.push('third'));
    listeners.tell();
    expect(heard).toEqual(['third']);
  });
});
