import { css } from 'lit';

/** Buttons of which one is pressed: the time that a page shows. */
export const spansStyles = css`
  .spans {
    border: 1px solid var(--vscode-settings-checkboxBorder, var(--vscode-widget-border, currentcolor));
    border-radius: 4px;
    display: flex;
    flex: none;
    overflow: hidden;
  }
  .spans button {
    background: transparent;
    border: 0;
    color: var(--vscode-foreground);
    cursor: pointer;
    font: inherit;
    min-height: 24px;
    padding: 2px 10px;
  }
  .spans button:hover {
    background: var(--vscode-toolbar-hoverBackground);
  }
  .spans button[aria-pressed='true'] {
    background: var(--vscode-inputOption-activeBackground);
    color: var(--vscode-inputOption-activeForeground);
    outline: 1px solid var(--vscode-inputOption-activeBorder, transparent);
    outline-offset: -1px;
  }
  .spans button:focus-visible {
    outline: 2px solid var(--vscode-focusBorder);
    outline-offset: -2px;
  }
`;
