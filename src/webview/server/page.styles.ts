import { css } from 'lit';

export const pageStyles = css`
  :host {
    color: var(--vscode-foreground);
    container-type: inline-size;
    --up: var(--vscode-charts-green, #388a34);
    --down: var(--vscode-descriptionForeground, gray);
    --moving: var(--vscode-charts-blue, #1a85ff);
    --crashed: var(--vscode-charts-red, #e51400);
  }
  main {
    display: flex;
    flex-direction: column;
    gap: 14px;
    margin: 0 auto;
    max-width: 1400px;
    padding: 12px 16px 24px;
  }
  header,
  .figures {
    align-items: baseline;
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
  }
  header {
    align-items: center;
  }
  .title {
    flex: 1 1 180px;
    min-width: 0;
  }
  h1 {
    font-size: calc(var(--vscode-font-size, 13px) + 5px);
    font-weight: 600;
    margin: 0;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: calc(var(--vscode-font-size, 13px) + 1px);
    font-weight: 600;
    margin: 0 0 4px;
  }
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  section {
    min-width: 0;
  }
  [role='status'] {
    margin-bottom: -14px;
  }
  [role='status']:not(:empty) {
    margin-bottom: 0;
  }
  .note {
    border-left: 3px solid var(--vscode-editorWarning-foreground, currentcolor);
    margin: 0 0 4px;
    padding: 4px 10px;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    margin: 4px 0 8px;
    max-width: 70ch;
  }
  .now {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 6px 20px;
  }
  .state {
    font-size: calc(var(--vscode-font-size, 13px) + 1px);
  }
  .dot {
    background: transparent;
    border: 1px dashed var(--vscode-descriptionForeground);
    border-radius: 50%;
    display: inline-block;
    flex: none;
    forced-color-adjust: none;
    height: 10px;
    margin-right: 4px;
    width: 10px;
  }
  .up > .dot {
    background: var(--up);
    border: 0;
  }
  .down > .dot {
    background: var(--down);
    border: 0;
    border-radius: 0;
    height: 4px;
    margin-bottom: 3px;
  }
  .moving > .dot,
  .task > .dot {
    background: transparent;
    border: 2px solid var(--moving);
  }
  .crashed > .dot,
  .error > .dot {
    background: var(--crashed);
    border: 0;
    border-radius: 0;
    transform: rotate(45deg);
  }
  .warning > .dot {
    border: 2px solid var(--vscode-editorWarning-foreground, currentcolor);
  }
  .info > .dot,
  .debug > .dot {
    border: 1px solid var(--vscode-descriptionForeground);
  }
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 20px;
    margin: 0;
  }
  dl div {
    display: flex;
    gap: 6px;
    min-width: 0;
  }
  dt {
    color: var(--vscode-descriptionForeground);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    user-select: text;
  }
  .player {
    border: 1px solid var(--vscode-widget-border, var(--vscode-descriptionForeground));
    border-radius: 9px;
    display: inline-block;
    margin: 1px 2px;
    padding: 0 7px;
  }
  .operations {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .action {
    background: var(--vscode-button-secondaryBackground, transparent);
    border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
    border-radius: 3px;
    color: var(--vscode-button-secondaryForeground, var(--vscode-foreground));
    cursor: pointer;
    font: inherit;
    min-height: 26px;
    padding: 2px 12px;
  }
  .action:hover {
    background: var(--vscode-button-secondaryHoverBackground, var(--vscode-toolbar-hoverBackground));
  }
  .action:focus-visible {
    outline: 2px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
  .destroys {
    margin-left: 14px;
  }
  .others {
    margin-top: -8px;
  }
  summary {
    color: var(--vscode-descriptionForeground);
    cursor: pointer;
    width: fit-content;
  }
  .others ul {
    margin: 4px 0 0;
    padding-left: 20px;
  }
  .others li {
    overflow-wrap: anywhere;
  }
  .lists {
    display: grid;
    gap: 14px 28px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  .rows {
    list-style: none;
    margin: 0;
    max-height: 340px;
    overflow: auto;
    padding: 0;
  }
  .row {
    align-items: flex-start;
    border-bottom: 1px solid var(--vscode-widget-border, transparent);
    display: flex;
    gap: 6px;
    padding: 4px 2px;
  }
  .row > .dot {
    margin-top: 4px;
  }
  .time {
    color: var(--vscode-descriptionForeground);
    flex: none;
    font-variant-numeric: tabular-nums;
    min-width: 11em;
  }
  .what {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  button.link {
    overflow-wrap: anywhere;
    text-align: left;
  }
  .fold::before {
    content: '▸ ';
  }
  .fold[aria-expanded='true']::before {
    content: '▾ ';
  }
  .why {
    color: var(--vscode-descriptionForeground);
    display: block;
  }
  .length::before {
    content: '· ';
  }
  @container (max-width: 800px) {
    .lists {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @container (max-width: 420px) {
    main {
      padding: 10px 8px;
    }
    .row {
      flex-wrap: wrap;
    }
    .what {
      flex-basis: 100%;
      padding-left: 20px;
    }
  }
`;
