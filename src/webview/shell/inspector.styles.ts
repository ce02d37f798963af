import { css } from 'lit';

export const inspectorStyles = css`
  .shell {
    display: flex;
    flex-direction: column;
    height: 100%;
    position: relative;
  }
  gso-toolbar {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, transparent));
    flex: none;
  }
  /* The room of the parts that are loaded after the first rows: nothing moves when they come. */
  .early gso-toolbar {
    height: 39px;
  }
  .early gso-toolbar.compact {
    height: 67px;
  }
  .early gso-saved-chips.some {
    flex: none;
    height: 30px;
  }
  .early gso-timeline {
    border-top: 1px solid transparent;
    flex: none;
    height: 64px;
  }
  .early gso-status-line {
    border-top: 1px solid transparent;
    flex: none;
    height: 25px;
  }
  .main {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  .main.below {
    flex-direction: column;
  }
  gso-grid {
    flex: 1;
  }
  .pane {
    display: grid;
    flex: none;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    min-height: 0;
    min-width: 0;
  }
  .over .pane {
    flex: 1;
  }
  [slot='empty'] {
    align-items: center;
    color: var(--vscode-descriptionForeground);
    display: flex;
    flex-direction: column;
    justify-content: center;
    min-height: 100%;
    padding: 8px 24px;
    text-align: center;
  }
  [slot='empty'] p {
    margin: 0 0 8px;
    max-width: 46ch;
  }
  [slot='empty'] .headline {
    color: var(--vscode-foreground);
    font-size: calc(var(--vscode-font-size, 13px) + 1px);
  }
  .failure {
    align-items: center;
    background: var(--vscode-inputValidation-errorBackground);
    border: 1px solid var(--vscode-inputValidation-errorBorder, transparent);
    border-left-width: 0;
    border-right-width: 0;
    color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground));
    display: flex;
    flex: none;
    gap: 6px;
    margin: 0;
    overflow-wrap: anywhere;
    padding: 3px 10px;
  }
`;
