import { html, type TemplateResult } from 'lit';
import type { Span } from '../../core/journal/query/ast.ts';
import { tokensOf } from '../../core/journal/query/tokens.ts';

/** A query in colours, with what is wrong in it underlined. */
export function highlighted(text: string, wrong: readonly Span[]): readonly TemplateResult[] {
  const marks = wrong.map(({ from, to }) => visible(from, to));
  const cuts = marks.flatMap(({ from, to }) => [from, to]);
  return tokensOf(text).flatMap(({ kind, from, to }) => {
    const ends = [...cuts.filter((cut) => cut > from && cut < to).sort((a, b) => a - b), to];
    return ends.map((end, index) => {
      const begin = ends[index - 1] ?? from;
      const isWrong = marks.some((mark) => mark.from < end && mark.to > begin);
      return html`<span class="${kind} ${isWrong ? 'wrong' : ''}">${text.slice(begin, end)}</span>`;
    });
  });
}

/** Something that is missing has no length: the character before it is marked. */
function visible(from: number, to: number): Span {
  return to > from ? { from, to } : { from: Math.max(0, from - 1), to: Math.max(1, from) };
}
