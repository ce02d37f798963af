import { html, type TemplateResult, unsafeCSS } from 'lit';

/** Code points of the codicon font, for icons in shadow roots without one stylesheet link per icon. */
const GLYPHS = {
  'arrow-down': 'ea9a',
  'chevron-down': 'eab4',
  'chevron-right': 'eab6',
  'circle-small-filled': 'eb8a',
  'circle-small': 'ec07',
  close: 'ea76',
  copy: 'ebcc',
  error: 'ea87',
  export: 'ebac',
  info: 'ea74',
  issues: 'eb0c',
  'list-filter': 'eb83',
  pass: 'eba4',
  pulse: 'eb31',
  question: 'eb32',
  references: 'eb36',
  warning: 'ea6c',
} as const;

export type IconName = keyof typeof GLYPHS;

const rules = Object.entries(GLYPHS).map(([name, code]) => `.icon-${name}::before { content: "\\${code}"; }`);

export const iconStyles = unsafeCSS(`
  .icon { font: normal normal normal 16px/1 codicon; display: inline-block; flex: none; width: 16px; text-align: center;
    text-rendering: auto; -webkit-font-smoothing: antialiased; user-select: none; }
  ${rules.join('\n')}`);

/** A decorative icon; its meaning has to stand in a name or a text beside it. */
export const icon = (name: IconName, classes = ''): TemplateResult =>
  html`<span class="icon icon-${name} ${classes}" aria-hidden="true"></span>`;
