import { css } from 'lit';

/** The bar above a pane, shared by the detail and the emit form. */
export const paneStyles = css`
  :host {
    display: block;
    min-height: 0;
    min-width: 0;
    overflow: hidden;
  }
  section {
    display: flex;
    flex-direction: column;
    height: 100%;
  }
  header {
    align-items: center;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, transparent));
    display: flex;
    flex: none;
    gap: 8px;
    height: 29px;
    padding: 0 6px 0 12px;
  }
  .tools {
    align-items: center;
    display: flex;
    gap: 2px;
    margin-left: auto;
  }
  .panel {
    flex: 1;
    min-height: 0;
    overflow: auto;
    padding: 8px 12px 12px;
  }
  .hint {
    color: var(--vscode-descriptionForeground);
    margin: 0 0 8px;
  }
`;

export const detailStyles = [
  paneStyles,
  css`
    :host {
      container-type: inline-size;
    }
    [role='tablist'] {
      align-self: stretch;
      display: flex;
      flex: 0 1 auto;
      gap: 14px;
      min-width: 0;
      overflow-x: auto;
      scrollbar-width: none;
    }
    [role='tablist']::-webkit-scrollbar {
      display: none;
    }
    [role='tab'] {
      flex: none;
      white-space: nowrap;
    }
    .tools {
      flex: none;
    }
    @container (max-width: 620px) {
      .tool.text {
        padding: 0 3px;
      }
      .tool.text span:not(.icon) {
        display: none;
      }
    }
    /* All tabs stay in sight as long as possible: the event is copied by the menu and in the grid as well. */
    @container (max-width: 520px) {
      [role='tablist'] {
        gap: 10px;
        mask-image: linear-gradient(to right, black calc(100% - 14px), transparent);
        padding-right: 14px;
      }
      .tool.copy {
        display: none;
      }
    }
    .tool[aria-checked='true'] {
      background: var(--vscode-inputOption-activeBackground);
      color: var(--vscode-inputOption-activeForeground, inherit);
      outline: 1px solid var(--vscode-inputOption-activeBorder, transparent);
      outline-offset: -1px;
    }
    [role='tab'] {
      background: none;
      border: 0;
      border-bottom: 1px solid transparent;
      border-top: 1px solid transparent;
      color: var(--vscode-panelTitle-inactiveForeground, var(--vscode-descriptionForeground));
      cursor: pointer;
      font: inherit;
      padding: 0 1px;
    }
    [role='tab']:hover {
      color: var(--vscode-panelTitle-activeForeground, var(--vscode-foreground));
    }
    [role='tab'][aria-selected='true'] {
      border-bottom-color: var(--vscode-panelTitle-activeBorder, var(--vscode-focusBorder));
      color: var(--vscode-panelTitle-activeForeground, var(--vscode-foreground));
    }
    @media (forced-colors: active) {
      [role='tab'][aria-selected='false'] {
        border-color: Canvas;
      }
    }
    .tool.text {
      gap: 4px;
      padding-right: 6px;
      white-space: nowrap;
    }
    dl {
      display: grid;
      gap: 0 16px;
      grid-template-columns: max-content minmax(0, 1fr);
      line-height: 19px;
      margin: 0 0 10px;
    }
    dt {
      color: var(--vscode-descriptionForeground);
    }
    dd {
      margin: 0;
      overflow-wrap: anywhere;
      unicode-bidi: isolate;
      user-select: text;
    }
    dd.prose {
      font-family: var(--vscode-font-family, sans-serif);
      font-size: var(--vscode-font-size, 13px);
    }
    .error {
      color: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
    }
    .warning {
      color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
    }
    .notice {
      align-items: flex-start;
      color: var(--vscode-descriptionForeground);
      display: flex;
      gap: 6px;
      line-height: 18px;
      margin: 0 0 8px;
      overflow-wrap: anywhere;
    }
    .notice .icon {
      line-height: 18px;
    }
    .problems {
      background: color-mix(in srgb, var(--vscode-editorWarning-foreground, orange) 12%, transparent);
      border-left: 3px solid var(--vscode-editorWarning-foreground, orange);
      line-height: 19px;
      list-style: none;
      margin: 0 0 10px;
      overflow-wrap: anywhere;
      padding: 4px 10px;
      user-select: text;
    }
    .path {
      background: none;
      border: 0;
      color: var(--vscode-debugTokenExpression-name);
      cursor: pointer;
      font: inherit;
      padding: 0;
      text-align: start;
      user-select: text;
    }
    .path:hover {
      text-decoration: underline;
    }
    gso-tree {
      margin: 0 -12px 0 -4px;
    }
  `,
];
