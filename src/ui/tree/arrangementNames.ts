import { l10n } from 'vscode';
import type { Grouping, Sorting, StateClass } from '../../core/model/arrangement.ts';

export function groupingNames(): Readonly<Record<Grouping, string>> {
  return {
    connection: l10n.t('Connection'),
    host: l10n.t('Host'),
    game: l10n.t('Game'),
    state: l10n.t('State'),
    tag: l10n.t('Tag'),
  };
}

export function sortingNames(): Readonly<Record<Sorting, string>> {
  return {
    name: l10n.t('Name'),
    state: l10n.t('State, Problems First'),
    players: l10n.t('Players, Most First'),
    lastEvent: l10n.t('Last Event, Newest First'),
  };
}

interface StateClassLook {
  readonly name: string;
  readonly icon: string;
}

export function stateClassLooks(): Readonly<Record<StateClass, StateClassLook>> {
  return {
    problem: { name: l10n.t('Failed or Crashed'), icon: 'error' },
    changing: { name: l10n.t('Changing'), icon: 'sync' },
    up: { name: l10n.t('Running'), icon: 'play' },
    down: { name: l10n.t('Not Running'), icon: 'primitive-square' },
    unknown: { name: l10n.t('State Unknown'), icon: 'question' },
  };
}

/** Names of the groups of those that have no value to be grouped by. */
export function withoutNames(): Readonly<Record<Grouping, string>> {
  return {
    connection: '',
    host: l10n.t('Without a Host'),
    game: l10n.t('Without a Game'),
    state: '',
    tag: l10n.t('Without Tags'),
  };
}

export function serversText(count: number): string {
  return count === 1 ? l10n.t('1 server') : l10n.t('{0} servers', count);
}
