import { text } from '../../src/core/model/text.ts';
import { emitThroughSession } from '../../src/core/systems/conversation/emitThroughSession.ts';
import { rewriteJson } from '../../src/core/systems/rewriting.ts';
import type { System } from '../../src/core/systems/system.ts';
import { toyEntries } from './catalog.ts';
import { toyDecoder } from './decode.ts';
import { toyOperations } from './operations.ts';
import { addressOf, openToySession } from './session.ts';
import { parseToySettings, type ToySettings } from './settings.ts';

/** A system that stands nowhere but here: lamps that are switched. */
export const toy: System<ToySettings, number> = {
  id: 'toy',
  label: 'Toy',
  icon: 'lightbulb',
  purpose: text('Lamps that are switched on and off'),
  parseSettings: parseToySettings,
  decoder: toyDecoder,
  catalog: toyEntries,
  operations: toyOperations,
  form: () => Promise.resolve([{ field: 'port', type: 'number', prompt: text('On which port is the toy?') }]),
  contributes: async () => (await import('./contributes.ts')).toyContribution,
  secrets: () => [],
  openSession: openToySession,
  emitTargets: ({ port }) => [addressOf(port)],
  emit: emitThroughSession,
  rewrite: (raw, rewriting) =>
    rewriteJson(raw, ([field]) => (field === 'switched' ? 'instance' : 'text'), rewriting),
  checkTarget: () => text('Lamps are switched through a connection'),
  describe: ({ port }) => addressOf(port),
};
