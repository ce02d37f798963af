import { css } from 'lit';
import { ROW_HEIGHT } from './scroll-space.ts';

export const gridStyles = css`
  :host {
    container-type: inline-size;
    display: block;
    min-height: 0;
    min-width: 0;
    position: relative;
  }
  .grid {
    --icon: 28px;
    --time: calc(12ch + 12px);
    --connection: clamp(calc(8ch + 10px), 8cqw, 120px);
    --instance: clamp(80px, 11cqw, 180px);
    --type: clamp(150px, 22cqw, 250px);
    --summary: minmax(0, 1fr);
    --size: calc(8ch + 12px);
    --columns: var(--icon) var(--time) calc(9ch + 16px) var(--connection) var(--instance) var(--type)
      var(--summary) var(--size);
    height: 100%;
    outline: none;
    overflow-anchor: none;
    overflow-x: hidden;
    overflow-y: scroll;
  }
  .row {
    align-items: center;
    display: grid;
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    grid-template-columns: var(--columns);
    height: ${ROW_HEIGHT}px;
    line-height: ${ROW_HEIGHT}px;
    padding-right: 4px;
  }
  .cell {
    overflow: hidden;
    padding-right: 10px;
    text-overflow: ellipsis;
    unicode-bidi: isolate;
    white-space: nowrap;
  }
  .head {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, transparent));
    color: var(--vscode-descriptionForeground);
    height: 24px;
    position: sticky;
    top: 0;
  }
  .head .row {
    height: 23px;
  }
  .head .cell {
    font-family: var(--vscode-font-family, sans-serif);
    font-size: calc(var(--vscode-font-size, 13px) - 2px);
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
  .icon-cell {
    padding: 0 0 0 8px;
    text-align: left;
    text-overflow: clip;
    width: auto;
  }
  .layer .icon-cell {
    font-size: 14px;
  }
  .icon-circle-small,
  .icon-circle-small-filled {
    color: var(--vscode-descriptionForeground);
  }
  .icon-export {
    color: var(--vscode-charts-blue, var(--vscode-textLink-foreground));
  }
  .warning .icon-cell,
  .problem {
    color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
  }
  .error .icon-cell,
  .error .type {
    color: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
  }
  .time {
    font-variant-numeric: tabular-nums;
  }
  .layer .delta,
  .layer .connection,
  .layer .size {
    color: var(--vscode-descriptionForeground);
  }
  .delta,
  .size {
    text-align: right;
  }
  .delta {
    padding-right: 16px;
  }
  .size {
    padding-right: 8px;
  }
  .layer .row[aria-selected='true'] :is(.delta, .connection, .size),
  .grid:focus .row[aria-selected='true'] :is(.type, .origin, .icon) {
    color: inherit;
  }
  .problem {
    font-size: 13px;
    margin-right: 4px;
    vertical-align: -2px;
  }
  .origin {
    border: 1px solid var(--vscode-descriptionForeground);
    border-radius: 3px;
    color: var(--vscode-descriptionForeground);
    font-size: calc(var(--vscode-font-size, 13px) - 3px);
    margin-right: 6px;
    padding: 0 3px;
  }
  .loading {
    animation: appear 0.1s 0.15s both;
    color: var(--vscode-disabledForeground);
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
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
  @container (max-width: 960px) {
    .grid {
      --columns: var(--icon) var(--time) var(--connection) var(--instance) var(--type) var(--summary)
        var(--size);
    }
    .delta {
      display: none;
    }
  }
  @container (max-width: 740px) {
    .grid {
      --columns: var(--icon) var(--time) var(--connection) var(--instance) var(--type) var(--summary);
    }
    .size {
      display: none;
    }
  }
  @container (max-width: 620px) {
    .grid {
      --columns: var(--icon) var(--time) var(--instance) var(--type) var(--summary);
    }
    .connection {
      display: none;
    }
  }
  @container (max-width: 500px) {
    .grid {
      --icon: 26px;
      --time: calc(12ch + 7px);
      --columns: var(--icon) var(--time) minmax(0, 1fr) minmax(0, 1fr);
    }
    .instance {
      display: none;
    }
    .cell:not(.icon-cell) {
      padding-right: 6px;
    }
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
  @media (prefers-reduced-motion: reduce) {
    .loading {
      animation: none;
    }
  }
`;
