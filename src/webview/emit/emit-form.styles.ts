import { css } from 'lit';
import { paneStyles } from '../detail/detail.styles.ts';

export const emitStyles = [
  paneStyles,
  css`
    .title {
      font-weight: 600;
    }
    .panel {
      display: flex;
      flex-direction: column;
      gap: 6px;
    }
    .panel > * {
      flex: none;
    }
    .hint {
      line-height: 17px;
      margin: 0;
      overflow-wrap: anywhere;
    }
    textarea {
      background: var(--vscode-editor-background);
      border: 1px solid var(--vscode-settings-textInputBorder, var(--vscode-contrastBorder, transparent));
      border-radius: 4px;
      color: var(--vscode-editor-foreground);
      height: 220px;
      line-height: 18px;
      min-height: 60px;
      padding: 5px 8px;
      resize: vertical;
      tab-size: 2;
      width: 100%;
    }
    textarea:focus {
      border-color: var(--vscode-focusBorder);
      outline: none;
    }
    .below {
      align-items: flex-start;
      display: flex;
      gap: 12px;
      justify-content: space-between;
      min-height: 18px;
    }
    .below .link {
      white-space: nowrap;
    }
    .warning {
      color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
      display: flex;
      gap: 4px;
      overflow-wrap: anywhere;
    }
    fieldset {
      border: 0;
      margin: 0;
      min-width: 0;
      padding: 0;
    }
    legend {
      font-weight: 600;
      padding: 0;
    }
    .target {
      align-items: baseline;
      display: flex;
      gap: 8px;
      min-width: 0;
    }
    .target vscode-checkbox {
      flex: none;
      max-width: 100%;
    }
    .target .muted {
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .add {
      margin-top: 2px;
    }
    .send {
      align-items: center;
      display: flex;
      gap: 10px;
      margin-top: 4px;
    }
    .outcomes {
      display: grid;
      gap: 3px;
      list-style: none;
      margin: 2px 0 0;
      padding: 0;
    }
    .outcomes li {
      display: flex;
      gap: 6px;
      overflow-wrap: anywhere;
      user-select: text;
    }
    .ok .icon {
      color: var(--vscode-testing-iconPassed, var(--vscode-charts-green));
    }
    .failed .icon {
      color: var(--vscode-errorForeground);
    }
  `,
];
