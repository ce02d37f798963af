import { css } from 'lit';

/** Looks of a bar with buttons, a slider and words, of which `--accent` is the colour and `--share` the part before the thumb. */
export const playBarStyles = css`
  :host {
    display: block;
  }
  .bar {
    align-items: center;
    border-bottom: 1px solid var(--vscode-contrastBorder, var(--vscode-panel-border, transparent));
    display: flex;
    flex-wrap: wrap;
    gap: 2px 8px;
    min-height: 28px;
    padding: 2px 8px;
  }
  .buttons {
    display: flex;
    flex: none;
    gap: 2px;
  }
  input {
    appearance: none;
    background: transparent;
    flex: 1 1 120px;
    height: 16px;
    margin: 0;
    min-width: 80px;
  }
  input::-webkit-slider-runnable-track {
    background: linear-gradient(
      to right,
      var(--accent, var(--vscode-progressBar-background, var(--vscode-focusBorder))) var(--share),
      var(--vscode-scrollbarSlider-hoverBackground) var(--share)
    );
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 2px;
    height: 4px;
  }
  input::-webkit-slider-thumb {
    appearance: none;
    background: var(--accent, var(--vscode-progressBar-background, var(--vscode-focusBorder)));
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 50%;
    height: 12px;
    margin-top: -5px;
    width: 12px;
  }
  @media (forced-colors: active) {
    input {
      appearance: auto;
    }
  }
  select {
    background: var(--vscode-dropdown-background);
    border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, transparent));
    border-radius: 2px;
    color: var(--vscode-dropdown-foreground);
    flex: none;
    font: inherit;
    height: 22px;
  }
  select:focus-visible,
  input:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
  .words {
    flex: 0 1 auto;
    font-variant-numeric: tabular-nums;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .failed {
    color: var(--vscode-errorForeground);
  }
`;
