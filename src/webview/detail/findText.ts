import { html, type TemplateResult } from 'lit';

/** Places that are listed; of more, their number is not said. */
export const MOST_MATCHES = 1000;

/** The pattern that finds a text whatever its case; `null` for no text. */
export function patternOf(query: string): RegExp | null {
  return query === '' ? null : new RegExp(query.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
}

/** Begins of a text in another, in their order; one more than the most tells that there are more. */
export function placesOf(text: string, pattern: RegExp): readonly number[] {
  const places: number[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match && places.length <= MOST_MATCHES; match = pattern.exec(text))
    places.push(match.index);
  return places;
}

/** A text with what was found in it. */
export function marked(text: string, pattern: RegExp | null): TemplateResult | string {
  if (!pattern) return text;
  const parts: (TemplateResult | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(from, match.index), html`<mark>${match[0]}</mark>`);
    from = match.index + match[0].length;
  }
  return from === 0 ? text : html`${[...parts, text.slice(from)]}`;
}
