import { css } from 'lit';
import { ROW_HEIGHTS } from './scroll-space.ts';

export const gridStyles = css`
  :host {
    container-type: inline-size;
    display: block;
    min-height: 0;
    min-width: 0;
    position: relative;
  }
  .grid {
    --row-height: ${ROW_HEIGHTS.comfortable}px;
    height: 100%;
    outline: none;
    overflow-anchor: none;
    overflow-x: auto;
    overflow-y: scroll;
  }
  .grid.compact {
    --row-height: ${ROW_HEIGHTS.compact}px;
  }
  /* As wide as the head needs: the rows follow, and the grid scrolls sideways. */
  .content {
    /* Here, not in the rows: each would look its font up again whenever it is drawn for another event. */
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    line-height: var(--row-height);
    min-width: 100%;
    width: max-content;
  }
  .unused,
  .cell [hidden] {
    display: none;
  }
  .row {
    height: var(--row-height);
  }
  .cell {
    overflow: hidden;
    padding-right: 10px;
    unicode-bidi: isolate;
    white-space: nowrap;
  }
  /* Texts of servers; those of ours fit, and are laid out faster without it. */
  .layer :is(.connection, .instance, .type, .summary, .host, .path) {
    text-overflow: ellipsis;
  }
  .head {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, transparent));
    color: var(--vscode-descriptionForeground);
    height: 24px;
    position: sticky;
    top: 0;
  }
  .head .row {
    display: grid;
    grid-template-columns: var(--columns);
    height: 23px;
    line-height: 23px;
    padding-right: 4px;
  }
  .head .cell {
    padding: 0;
    position: relative;
  }
  .head button {
    background: none;
    border: 0;
    color: inherit;
    cursor: pointer;
    display: block;
    font-family: var(--vscode-font-family, sans-serif);
    font-size: calc(var(--vscode-font-size, 13px) - 2px);
    height: 100%;
    overflow: hidden;
    padding: 0 10px 0 0;
    text-align: inherit;
    text-overflow: ellipsis;
    touch-action: none;
    white-space: nowrap;
    width: 100%;
  }
  .head button:hover {
    color: var(--vscode-foreground);
  }
  .head .cell:first-child button {
    padding-left: 8px;
  }
  .edge {
    cursor: col-resize;
    height: 100%;
    position: absolute;
    right: 0;
    top: 0;
    touch-action: none;
    width: 7px;
  }
  .edge::after {
    background: var(--vscode-tree-tableColumnsBorder, var(--vscode-panel-border, transparent));
    content: '';
    height: 14px;
    position: absolute;
    right: 3px;
    top: 5px;
    width: 1px;
  }
  .edge:hover::after,
  .edge:active::after {
    background: var(--vscode-sash-hoverBorder, var(--vscode-focusBorder));
    height: 100%;
    top: 0;
    width: 2px;
  }
  .drop-before {
    box-shadow: inset 2px 0 var(--vscode-sash-hoverBorder, var(--vscode-focusBorder));
  }
  .drop-after {
    box-shadow: inset -2px 0 var(--vscode-sash-hoverBorder, var(--vscode-focusBorder));
  }
  /* Stays in the viewport while the space behind it scrolls: rows are drawn where they belong, never late. */
  .layer {
    contain: strict;
    overflow: clip;
    position: sticky;
    top: 24px;
    z-index: 1;
  }
  .layer .row {
    contain: strict;
    cursor: default;
    left: 0;
    position: absolute;
    right: 0;
    top: 0;
    user-select: none;
  }
  .layer .cell {
    contain: strict;
    height: 100%;
    position: absolute;
    top: 0;
  }
  .layer .row.loading {
    opacity: 0;
  }
  .layer .row.odd {
    background-color: var(--vscode-tree-tableOddRowsBackground, transparent);
  }
  .layer .row:hover {
    background-color: var(--vscode-list-hoverBackground);
    color: var(--vscode-list-hoverForeground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .layer .row[aria-selected='true'] {
    background-color: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground);
    outline: 1px dotted var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .grid:focus .row[aria-selected='true'] {
    background-color: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
    outline-style: solid;
  }
  .grid:focus .row.focused {
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
    outline-offset: -1px;
  }
  .grid:focus .cell.active {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .icon-cell {
    color: var(--vscode-descriptionForeground);
    font-size: 14px;
    padding: 0 0 0 8px;
    text-align: left;
    text-overflow: clip;
  }
  .layer .icon-cell {
    line-height: var(--row-height);
  }
  .warning .icon-cell,
  .problem {
    color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
  }
  .error .icon-cell,
  .error .type {
    color: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
  }
  .layer :is(.right, .connection, .direction, .origin, .host) {
    color: var(--vscode-descriptionForeground);
  }
  .right {
    text-align: right;
  }
  .layer .right {
    padding-right: 12px;
  }
  .layer .row:is(:hover, [aria-selected='true']) :is(.right, .connection, .direction, .origin, .host, .took),
  .grid:focus .row[aria-selected='true'] :is(.type, .origin, .icon) {
    color: inherit;
  }
  /* Has a column of its own. */
  .timed .took {
    display: none;
  }
  .took {
    color: var(--vscode-descriptionForeground);
    margin-left: 8px;
  }
  .problem {
    font-size: 13px;
    margin-right: 4px;
    vertical-align: -2px;
  }
  .summary .origin {
    border: 1px solid var(--vscode-descriptionForeground);
    border-radius: 3px;
    color: var(--vscode-descriptionForeground);
    font-size: calc(var(--vscode-font-size, 13px) - 3px);
    margin-right: 6px;
    padding: 0 3px;
  }
  .jump {
    background: var(--vscode-button-background);
    border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
    border-radius: 11px;
    bottom: 12px;
    box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
    color: var(--vscode-button-foreground);
    cursor: pointer;
    font: inherit;
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    height: 22px;
    line-height: 20px;
    padding: 0 10px;
    position: absolute;
    right: 24px;
    z-index: 2;
  }
  .jump:hover {
    background: var(--vscode-button-hoverBackground);
  }
  .jump:focus-visible {
    outline-offset: 2px;
  }
  .empty {
    inset: 24px 0 0;
    overflow: auto;
    position: absolute;
    z-index: 2;
  }
  @media (forced-colors: active) {
    .layer .row:hover,
    .jump {
      outline: 1px solid;
    }
    :is(.grid, .grid:focus) .layer .row[aria-selected='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    :is(.grid, .grid:focus) .layer .row[aria-selected='true'] :is(.cell, .icon, .origin) {
      color: HighlightText;
    }
    .grid:focus .row.focused {
      outline: 2px solid CanvasText;
      outline-offset: -3px;
    }
  }
`;
