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
    .panel > * {
      max-width: 100%;
    }
    summary {
      cursor: pointer;
      font-weight: 600;
    }
    .repeat gso-emit-series {
      margin-top: 6px;
    }
    footer {
      background: var(--vscode-panel-background, var(--vscode-editor-background));
      border-top: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, transparent));
      display: grid;
      flex: none;
      gap: 4px;
      padding: 6px 12px;
    }
    footer p {
      display: flex;
      gap: 6px;
      margin: 0;
      overflow-wrap: anywhere;
    }
    .send {
      align-items: center;
      display: flex;
      gap: 10px;
      min-width: 0;
    }
    .outcomes {
      display: grid;
      gap: 3px;
      list-style: none;
      margin: 0;
      max-height: 90px;
      overflow: auto;
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
