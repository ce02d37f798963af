import { css } from 'lit';

export const timelineStyles = css`
  :host {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, transparent));
    display: block;
    flex: none;
    height: 64px;
    overflow: hidden;
    position: relative;
  }
  .plot {
    cursor: crosshair;
    inset: 0;
    position: absolute;
  }
  .uplot {
    font-family: inherit;
  }
  .u-hz .u-cursor-x {
    border-right: 1px solid var(--vscode-descriptionForeground);
  }
  .u-select {
    background: color-mix(in srgb, var(--vscode-focusBorder) 30%, transparent);
  }
  .hover {
    background: var(--vscode-editorHoverWidget-background, var(--vscode-editorWidget-background));
    border: 1px solid var(--vscode-editorHoverWidget-border, var(--vscode-widget-border, transparent));
    color: var(--vscode-editorHoverWidget-foreground, var(--vscode-foreground));
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    max-width: calc(100% - 12px);
    overflow: hidden;
    padding: 0 6px;
    pointer-events: none;
    position: absolute;
    right: 6px;
    text-overflow: ellipsis;
    top: 2px;
    white-space: nowrap;
  }
  .hover.left {
    left: 6px;
    right: auto;
  }
  .whole {
    background: var(--vscode-editor-background, var(--vscode-panel-background));
    bottom: 18px;
    position: absolute;
    right: 6px;
  }
`;
