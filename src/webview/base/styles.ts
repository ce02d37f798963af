import { css } from 'lit';

/** Styles that every part shares: box model, focus ring, scroll bars like the workbench's, small icon buttons. */
export const baseStyles = css`
  :host {
    box-sizing: border-box;
    /* Set by VS Code on the document: as long as it holds, the rules below do nothing. */
    scrollbar-color: auto;
    color: var(--vscode-foreground);
    font-family: var(--vscode-font-family, sans-serif);
    font-size: var(--vscode-font-size, 13px);
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  ::-webkit-scrollbar {
    width: 10px;
    height: 10px;
  }
  ::-webkit-scrollbar-corner {
    background: transparent;
  }
  ::-webkit-scrollbar-thumb {
    background: var(--vscode-scrollbarSlider-background);
  }
  ::-webkit-scrollbar-thumb:hover {
    background: var(--vscode-scrollbarSlider-hoverBackground);
  }
  ::-webkit-scrollbar-thumb:active {
    background: var(--vscode-scrollbarSlider-activeBackground);
  }
  .muted {
    color: var(--vscode-descriptionForeground);
  }
  .mono {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
  }
  button.tool {
    align-items: center;
    background: transparent;
    border: 0;
    border-radius: 5px;
    color: var(--vscode-icon-foreground, var(--vscode-foreground));
    cursor: pointer;
    display: inline-flex;
    flex: none;
    font: inherit;
    height: 22px;
    justify-content: center;
    min-width: 22px;
    padding: 0 3px;
  }
  button.tool:hover {
    background: var(--vscode-toolbar-hoverBackground);
    outline: 1px dashed var(--vscode-toolbar-hoverOutline, transparent);
    outline-offset: -1px;
  }
  button.tool:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
  }
  button.tool:active {
    background: var(--vscode-toolbar-activeBackground);
  }
  button.link {
    background: none;
    border: 0;
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
    font: inherit;
    padding: 0;
  }
  button.link:hover {
    color: var(--vscode-textLink-activeForeground);
    text-decoration: underline;
  }
  .hidden-text {
    clip-path: inset(50%);
    height: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
    width: 1px;
  }
`;
