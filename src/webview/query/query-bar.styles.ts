import { css } from 'lit';

export const queryBarStyles = css`
  :host {
    display: block;
    min-width: 0;
    position: relative;
  }
  .bar {
    align-items: center;
    background: var(--vscode-settings-textInputBackground, var(--vscode-input-background));
    border: 1px solid var(--vscode-settings-textInputBorder, var(--vscode-input-border, transparent));
    border-radius: 4px;
    display: flex;
    flex-wrap: wrap;
    min-height: 26px;
  }
  .bar:focus-within {
    border-color: var(--vscode-focusBorder);
  }
  .bar.invalid {
    border-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
  }
  .lead {
    color: var(--vscode-descriptionForeground);
    flex: none;
    margin: 0 2px 0 6px;
  }
  .text {
    flex: 1;
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-font-size, 13px);
    height: 24px;
    line-height: 24px;
    min-width: 90px;
    overflow: hidden;
    position: relative;
  }
  input,
  .colours {
    background: transparent;
    border: 0;
    font: inherit;
    height: 24px;
    letter-spacing: normal;
    line-height: 24px;
    margin: 0;
    padding: 0 4px;
    white-space: pre;
    width: 100%;
  }
  input {
    caret-color: var(--vscode-editorCursor-foreground, var(--vscode-input-foreground));
    color: var(--vscode-settings-textInputForeground, var(--vscode-input-foreground));
    position: relative;
    /* The colours below show through; the colour itself stays for those who ask for it. */
    -webkit-text-fill-color: transparent;
  }
  input:focus-visible {
    outline: none;
  }
  input::placeholder {
    color: var(--vscode-input-placeholderForeground);
    -webkit-text-fill-color: var(--vscode-input-placeholderForeground);
  }
  input::selection {
    background: var(--vscode-editor-selectionBackground, Highlight);
    -webkit-text-fill-color: transparent;
  }
  .colours {
    color: var(--vscode-settings-textInputForeground, var(--vscode-input-foreground));
    inset: 0 auto auto 0;
    pointer-events: none;
    position: absolute;
    width: max-content;
  }
  .field,
  .path {
    color: var(--vscode-symbolIcon-fieldForeground, var(--vscode-debugTokenExpression-name));
  }
  .keyword {
    color: var(--vscode-debugTokenExpression-name);
  }
  .value,
  .string {
    color: var(--vscode-debugTokenExpression-string);
  }
  .number {
    color: var(--vscode-debugTokenExpression-number);
  }
  .regex {
    color: var(--vscode-debugTokenExpression-error, var(--vscode-debugTokenExpression-string));
  }
  .operator,
  .parenthesis {
    color: var(--vscode-descriptionForeground);
  }
  .wrong {
    text-decoration: underline wavy var(--vscode-editorError-foreground, var(--vscode-errorForeground));
    text-decoration-skip-ink: none;
    text-underline-offset: 3px;
  }
  .after {
    align-items: center;
    display: flex;
    flex: none;
    gap: 2px;
    padding-right: 2px;
  }
  .count {
    color: var(--vscode-descriptionForeground);
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    font-variant-numeric: tabular-nums;
    padding: 0 4px;
    white-space: nowrap;
  }
  .count.none {
    color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
  }
  button.tool {
    height: 20px;
  }
  button.tool.saved {
    color: var(--vscode-textLink-foreground);
  }
  .problem {
    background: var(--vscode-inputValidation-errorBackground, var(--vscode-editorWidget-background));
    border: 1px solid var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
    color: var(--vscode-inputValidation-errorForeground, inherit);
    left: 0;
    margin: 0;
    overflow-wrap: anywhere;
    padding: 3px 6px;
    position: absolute;
    right: 0;
    top: 100%;
    z-index: 3;
  }
  .problem button {
    background: none;
    border: 0;
    color: inherit;
    cursor: pointer;
    font: inherit;
    padding: 0 2px;
    text-decoration: underline;
  }
  [role='listbox'] {
    background: var(--vscode-editorSuggestWidget-background, var(--vscode-editorWidget-background));
    border: 1px solid
      var(
        --vscode-editorSuggestWidget-border,
        var(--vscode-editorWidget-border, var(--vscode-contrastBorder))
      );
    border-radius: 3px;
    box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
    color: var(--vscode-editorSuggestWidget-foreground, var(--vscode-editorWidget-foreground, inherit));
    left: 0;
    margin: 2px 0 0;
    max-height: min(310px, calc(100vh - 90px));
    max-width: 640px;
    overflow: hidden auto;
    position: absolute;
    right: 0;
    top: 100%;
    z-index: 4;
  }
  [role='option'] {
    align-items: baseline;
    cursor: pointer;
    display: flex;
    gap: 10px;
    line-height: 22px;
    padding: 0 8px;
    white-space: nowrap;
  }
  [role='option']:hover {
    background: var(--vscode-list-hoverBackground);
  }
  [role='option'][aria-selected='true'] {
    background: var(
      --vscode-editorSuggestWidget-selectedBackground,
      var(--vscode-list-activeSelectionBackground)
    );
    color: var(
      --vscode-editorSuggestWidget-selectedForeground,
      var(--vscode-list-activeSelectionForeground, inherit)
    );
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .label {
    flex: 0 1 auto;
    font-family: var(--vscode-editor-font-family, monospace);
    overflow: hidden;
    text-overflow: ellipsis;
    unicode-bidi: isolate;
  }
  .label b {
    color: var(--vscode-editorSuggestWidget-highlightForeground, var(--vscode-list-highlightForeground));
  }
  [aria-selected='true'] .label b {
    color: var(
      --vscode-editorSuggestWidget-focusHighlightForeground,
      var(--vscode-list-focusHighlightForeground, inherit)
    );
  }
  .detail {
    color: var(--vscode-descriptionForeground);
    flex: 1 1 0;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  [aria-selected='true'] .detail,
  [aria-selected='true'] .times {
    color: inherit;
  }
  .times {
    color: var(--vscode-descriptionForeground);
    flex: none;
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 440px) {
    .after {
      flex: 1;
      justify-content: flex-end;
    }
    .text {
      flex-basis: 70%;
    }
    .bar {
      padding-bottom: 2px;
    }
    .count {
      flex: 1;
      padding-left: 28px;
    }
  }
  @media (forced-colors: active) {
    input {
      -webkit-text-fill-color: currentcolor;
    }
    input::selection {
      -webkit-text-fill-color: HighlightText;
    }
    /* The text of the input itself counts; what is wrong stays underlined. */
    .colours,
    .colours span {
      color: transparent;
      forced-color-adjust: none;
    }
    .wrong {
      text-decoration-color: LinkText;
    }
    [role='option'][aria-selected='true'] {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
