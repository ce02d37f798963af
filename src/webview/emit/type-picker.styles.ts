import { css } from 'lit';

export const pickerStyles = css`
  :host {
    display: block;
    position: relative;
  }
  .field {
    position: relative;
  }
  .field .icon {
    pointer-events: none;
    position: absolute;
    right: 5px;
    top: 5px;
  }
  input {
    background: var(--vscode-settings-textInputBackground);
    border: 1px solid var(--vscode-settings-textInputBorder, var(--vscode-settings-textInputBackground));
    border-radius: 4px;
    color: var(--vscode-settings-textInputForeground);
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    height: 26px;
    padding: 0 26px 0 6px;
    width: 100%;
  }
  input:focus {
    border-color: var(--vscode-focusBorder);
    outline: none;
  }
  input::placeholder {
    color: var(--vscode-input-placeholderForeground);
    opacity: 1;
  }
  .list {
    background: var(--vscode-dropdown-listBackground, var(--vscode-dropdown-background));
    border: 1px solid var(--vscode-focusBorder);
    border-radius: 4px;
    color: var(--vscode-dropdown-foreground);
    left: 0;
    margin-top: 2px;
    max-height: min(320px, 50vh);
    overflow: auto;
    position: absolute;
    right: 0;
    top: 100%;
    z-index: 5;
  }
  .list[hidden] {
    display: none;
  }
  .category,
  .none {
    color: var(--vscode-descriptionForeground);
    font-size: calc(var(--vscode-font-size, 13px) - 2px);
    padding: 5px 8px 2px;
  }
  .none {
    padding-bottom: 5px;
  }
  .type {
    cursor: pointer;
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    line-height: 22px;
    overflow: hidden;
    padding: 0 8px 0 16px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .type:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .type.active {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-contrastActiveBorder, transparent));
    outline-offset: -1px;
  }
  @media (forced-colors: active) {
    .type.active {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
