import { html, type TemplateResult, unsafeCSS } from 'lit';

/** Code points of the codicon font, for icons in shadow roots without one stylesheet link per icon. */
const GLYPHS = {
  add: 'ea60',
  'arrow-down': 'ea9a',
  'arrow-left': 'ea9b',
  'arrow-right': 'ea9c',
  'arrow-up': 'eaa1',
  bug: 'eaaf',
  'chevron-down': 'eab4',
  'chevron-right': 'eab6',
  'circle-slash': 'eabd',
  'circle-small': 'ec07',
  'circle-small-filled': 'eb8a',
  close: 'ea76',
  'cloud-download': 'eac2',
  copy: 'ebcc',
  'debug-pause': 'ead1',
  'debug-start': 'ead3',
  'debug-step-over': 'ead6',
  'debug-stop': 'ead7',
  diff: 'eae1',
  error: 'ea87',
  export: 'ebac',
  'go-to-file': 'ea94',
  history: 'ea82',
  info: 'ea74',
  issues: 'eb0c',
  'list-filter': 'eb83',
  loading: 'eb19',
  pass: 'eba4',
  'pass-filled': 'ebb3',
  pulse: 'eb31',
  question: 'eb32',
  references: 'eb36',
  'star-empty': 'ea6a',
  'star-full': 'eb59',
  save: 'eb4b',
  search: 'ea6d',
  sync: 'ea77',
  trash: 'ea81',
  warning: 'ea6c',
  watch: 'eb7c',
  'word-wrap': 'eb80',
} as const;

export type IconName = keyof typeof GLYPHS;

/** An icon as a character of the codicon font, for elements that change it often. */
export const glyphCharacter = (name: IconName): string => String.fromCharCode(parseInt(GLYPHS[name], 16));

const rules = Object.entries(GLYPHS).map(([name, code]) => `.icon-${name}::before { content: "\\${code}"; }`);

export const iconStyles = unsafeCSS(`
  .icon { font: normal normal normal 16px/1 codicon; display: inline-block; flex: none; width: 16px; text-align: center;
    text-rendering: auto; -webkit-font-smoothing: antialiased; user-select: none; }
  ${rules.join('\n')}`);

/** Whether a codicon that the host names is among those of the page. */
export function isIcon(name: string): name is IconName {
  return Object.hasOwn(GLYPHS, name);
}

/** A decorative icon; its meaning has to stand in a name or a text beside it. */
export const icon = (name: IconName, classes = ''): TemplateResult =>
  html`<span class="icon icon-${name} ${classes}" aria-hidden="true"></span>`;
