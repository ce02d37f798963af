import { t } from '../base/l10n.ts';

/** Kinds of terms with what they find, for the sheet of keys. */
export const queryTerms = (): readonly (readonly [term: string, meaning: string])[] => [
  ['type:', t('type of event')],
  ['instance:', t('instance')],
  ['connection:', t('connection')],
  ['severity:', t('debug, info, warning or error')],
  ['is:failed', t('also error, task, gap and noise')],
  ['-is:noise', t('without polling and measurements')],
  ['time:>now-15m', t('when it happened')],
  ['size:>10kB', t('bytes of the message')],
  ['$.Data.Version:1.2', t('value in the payload')],
  ['/regex/i', t('regular expression')],
  ['a OR (b -c)', t('either, both, not')],
  [t('-word'), t('leaves out what has the word')],
];
