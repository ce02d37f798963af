import { css } from 'lit';

export const pageStyles = css`
  :host {
    color: var(--vscode-foreground);
    container-type: inline-size;
  }
  main {
    display: flex;
    flex-direction: column;
    gap: 12px;
    min-height: 100vh;
    padding: 12px 16px;
  }
  :host([embedded]) main {
    min-height: 0;
    padding: 0;
  }
  :host([embedded]) section {
    flex: none;
    height: 150px;
  }
  header {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 8px 16px;
  }
  .title {
    flex: 1 1 200px;
    min-width: 0;
  }
  h1 {
    font-size: calc(var(--vscode-font-size, 13px) + 3px);
    font-weight: 600;
    margin: 0;
    overflow-wrap: anywhere;
  }
  .title p {
    margin: 2px 0 0;
    overflow-wrap: anywhere;
  }
  .note {
    align-items: baseline;
    border-left: 3px solid var(--vscode-editorWarning-foreground);
    display: flex;
    gap: 6px;
    margin: 0;
    overflow-wrap: anywhere;
    padding: 4px 10px;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    margin: auto;
    max-width: 46ch;
    padding: 24px;
    text-align: center;
  }
  .empty p {
    margin: 0 0 8px;
  }
  .empty .headline {
    color: var(--vscode-foreground);
    font-size: calc(var(--vscode-font-size, 13px) + 1px);
  }
  section {
    display: flex;
    flex: 1 1 150px;
    flex-direction: column;
    max-height: 320px;
    min-height: 130px;
  }
  section.last {
    min-height: 154px;
  }
  .head {
    align-items: baseline;
    display: flex;
    flex: none;
    flex-wrap: wrap;
    font-variant-numeric: tabular-nums;
    gap: 0 12px;
  }
  h2 {
    font-size: inherit;
    font-weight: 600;
    margin: 0;
    overflow-wrap: anywhere;
  }
  h2::before {
    background: var(--line, currentcolor);
    content: '';
    display: inline-block;
    forced-color-adjust: none;
    height: 3px;
    margin-right: 6px;
    vertical-align: middle;
    width: 12px;
  }
  .charts-blue {
    --line: var(--vscode-charts-blue, var(--vscode-contrastBorder));
  }
  .charts-purple {
    --line: var(--vscode-charts-purple, var(--vscode-contrastBorder));
  }
  .charts-green {
    --line: var(--vscode-charts-green, var(--vscode-contrastBorder));
  }
  .charts-yellow {
    --line: var(--vscode-charts-yellow, var(--vscode-contrastBorder));
  }
  .charts-orange {
    --line: var(--vscode-charts-orange, var(--vscode-contrastBorder));
  }
  .now {
    font-size: calc(var(--vscode-font-size, 13px) + 2px);
  }
  .range {
    color: var(--vscode-descriptionForeground);
    margin-left: auto;
  }
  gso-chart {
    flex: 1;
    min-height: 0;
  }
  @container (max-width: 480px) {
    main {
      padding: 10px 8px;
    }
    .range {
      margin-left: 0;
    }
    section {
      min-height: 150px;
    }
  }
`;
