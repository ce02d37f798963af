import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOf, entryOf, fieldsFor, formOf } from '../../../../src/core/connections/form.ts';
import { readConnection } from '../../../../src/core/connections/settings.ts';
import { allSystems, systems } from '../helpers.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import { secretKinds } from '../../../../src/core/systems/session.ts';
import { type FormAnswers } from '../../../../src/core/systems/form.ts';

const form = await formOf(kgsm);

describe('the questions that make a connection', () => {
  it('ask for the folder, the way of the events and who runs KGSM', () => {
    const given = { events: 'auto', root: '/opt/kgsm' };
    expect(fieldsFor(form, given).map(({ field }) => field)).toEqual(['events', 'root', 'socketMode']);
    expect(entryOf(form, { ...given, socketMode: '0660' })).toEqual({
      kind: 'kgsm',
      root: '/opt/kgsm',
      events: 'auto',
      socketMode: '0660',
    });
  });

  it('ask for address, port and secret where events are posted, and write no secret into the settings', async () => {
    const given = {
      events: 'webhook',
      root: '',
      'webhook.host': '0.0.0.0',
      'webhook.port': '9000',
      webhook: 'hunter2',
    };
    expect(fieldsFor(form, given).map(({ field }) => field)).toEqual([
      'events',
      'root',
      'webhook.host',
      'webhook.port',
      'webhook',
    ]);
    const entry = entryOf(form, given);
    expect(entry).toEqual({ kind: 'kgsm', events: 'webhook', webhook: { host: '0.0.0.0', port: 9000 } });
    expect((await readConnection({ ...entry, id: 'far' }, systems)).ok).toBe(true);
  });

  it('leave what somebody wrote by hand, and take back what is not asked for any more', () => {
    const base = {
      kind: 'kgsm',
      id: 'home',
      root: '/opt/kgsm',
      socketMode: '0666',
      backfillHours: 3,
      webhook: { path: '/mine', port: 1 },
    };
    const given = { ...answersOf(form, base), events: 'journal' };
    expect(entryOf(form, given, base)).toEqual({
      kind: 'kgsm',
      id: 'home',
      root: '/opt/kgsm',
      events: 'journal',
      backfillHours: 3,
      webhook: { path: '/mine' },
    });
    expect(base.webhook.port).toBe(1);
  });

  it('know every field of every system, and every secret by its kind', async () => {
    for (const system of allSystems) {
      const { label } = system;
      for (const { field, type } of await system.form()) {
        if (type === 'secret') expect(secretKinds, label).toContain(field);
        else expect(secretKinds, `${label} ${field}`).not.toContain(field);
      }
    }
  });

  it('give settings that are read back as the same answers, whatever was typed', () => {
    const text = fc.stringMatching(/^\/[a-zA-Z0-9 $()'"_-]{1,20}$/).map((value) => value.trim());
    fc.assert(
      fc.property(text, fc.constantFrom('auto', 'socket', 'journal'), (root, events) => {
        const given: FormAnswers = { root, events, socketMode: '0600' };
        const { socketMode, ...expected } = given;
        const answers = answersOf(form, entryOf(form, given));
        expect(answers).toEqual(events === 'journal' ? expected : { ...expected, socketMode });
      }),
    );
  });
});
