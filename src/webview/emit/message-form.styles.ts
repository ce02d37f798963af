import { css } from 'lit';

/** Text fields and drop-downs in the looks of the settings editor. */
export const inputStyles = css`
  input[type='text'],
  input[type='number'],
  select,
  textarea {
    background: var(--vscode-settings-textInputBackground, var(--vscode-input-background));
    border: 1px solid
      var(
        --vscode-settings-textInputBorder,
        var(--vscode-input-border, var(--vscode-contrastBorder, transparent))
      );
    border-radius: 3px;
    color: var(--vscode-settings-textInputForeground, var(--vscode-input-foreground));
    font: inherit;
    min-width: 0;
  }
  input[type='text'],
  input[type='number'],
  select {
    height: 24px;
    padding: 0 6px;
  }
  select {
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground);
    padding: 0 3px;
  }
  input.mono {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
  }
  input::placeholder {
    color: var(--vscode-input-placeholderForeground, var(--vscode-descriptionForeground));
    opacity: 1;
  }
  input:focus,
  select:focus,
  textarea:focus {
    border-color: var(--vscode-focusBorder);
    outline: none;
  }
  input[readonly] {
    background: transparent;
    border-color: transparent;
    padding-left: 0;
  }
  input[aria-invalid='true'] {
    border-color: var(--vscode-inputValidation-warningBorder, var(--vscode-editorWarning-foreground));
  }
`;

export const messageFormStyles = [
  inputStyles,
  css`
    :host {
      display: block;
      min-width: 0;
    }
    fieldset {
      border: 0;
      display: grid;
      gap: 8px;
      margin: 0;
      min-width: 0;
      padding: 0;
    }
    .fields:disabled {
      opacity: 0.6;
    }
    .group {
      border-left: 1px solid
        var(--vscode-panel-border, var(--vscode-widget-border, var(--vscode-contrastBorder)));
      padding-left: 10px;
    }
    legend {
      padding: 0;
    }
    .group > legend {
      /* A legend is no item of the grid. */
      margin-bottom: 6px;
    }
    .field {
      display: grid;
      gap: 2px;
      min-width: 0;
    }
    .field > input,
    .field > select {
      width: 100%;
    }
    .name {
      font-weight: 600;
      overflow-wrap: anywhere;
    }
    .required {
      color: var(--vscode-errorForeground);
      margin-left: 2px;
    }
    .help {
      color: var(--vscode-descriptionForeground);
      font-size: calc(var(--vscode-font-size, 13px) - 1px);
      line-height: 16px;
      overflow-wrap: anywhere;
    }
    .problem {
      color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
      display: flex;
      gap: 4px;
      overflow-wrap: anywhere;
    }
    .element {
      align-items: start;
      display: flex;
      gap: 4px;
    }
    .element .value {
      flex: 1;
      min-width: 0;
    }
    button.link {
      align-items: center;
      display: inline-flex;
      gap: 3px;
      justify-self: start;
    }
  `,
];
