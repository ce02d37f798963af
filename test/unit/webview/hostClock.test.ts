import { describe, expect, it } from 'vitest';
import { HostClock, type ClockBrowser } from '../../../src/webview/grid/hostClock.ts';

/** A clock in a browser whose time and visibility the test decides, connected to its page. */
class Rig {
  now = 1000;
  isVisible = true;
  beats = 0;
  readonly timers = new Set<() => void>();
  readonly #watchers = new Set<() => void>();
  readonly clock: HostClock;

  constructor() {
    const host = {
      addController: () => undefined,
      removeController: () => undefined,
      requestUpdate: () => undefined,
      updateComplete: Promise.resolve(true),
    };
    const listed = (list: Set<() => void>, run: () => void): (() => void) => {
      list.add(run);
      return () => {
        list.delete(run);
      };
    };
    const browser: ClockBrowser = {
      now: () => this.now,
      every: (_, run) => listed(this.timers, run),
      isVisible: () => this.isVisible,
      onVisibility: (run) => listed(this.#watchers, run),
    };
    this.clock = new HostClock(host, () => this.beats++, browser);
    this.clock.hostConnected();
  }

  show(isVisible: boolean): void {
    this.isVisible = isVisible;
    for (const watcher of this.#watchers) watcher();
  }
}

describe("the host's clock in the page", () => {
  it('goes on from the time that the host told last', () => {
    const rig = new Rig();
    rig.clock.set(50_000);
    rig.now += 700;
    expect(rig.clock.now).toBe(50_700);
    rig.clock.set(50_650);
    expect(rig.clock.now).toBe(50_650);
  });

  it('beats with a single timer, and only while it is wanted', () => {
    const rig = new Rig();
    expect(rig.timers.size).toBe(0);
    rig.clock.want(true);
    rig.clock.want(true);
    expect(rig.timers.size).toBe(1);
    for (const tick of rig.timers) tick();
    expect(rig.beats).toBe(1);
    rig.clock.want(false);
    expect(rig.timers.size).toBe(0);
  });

  it('rests while the page is hidden, and beats at once when it is shown', () => {
    const rig = new Rig();
    rig.clock.want(true);
    rig.show(false);
    expect([rig.timers.size, rig.beats]).toEqual([0, 0]);
    rig.show(true);
    expect([rig.timers.size, rig.beats]).toEqual([1, 1]);
  });

  it('rests when its page is gone', () => {
    const rig = new Rig();
    rig.clock.want(true);
    rig.clock.hostDisconnected();
    expect(rig.timers.size).toBe(0);
    rig.show(true);
    expect(rig.timers.size).toBe(0);
  });
});
