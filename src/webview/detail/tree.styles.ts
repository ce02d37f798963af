import { css } from 'lit';

export const treeStyles = css`
  :host {
    container-type: inline-size;
    display: block;
  }
  .tree {
    outline: none;
  }
  .line {
    align-items: flex-start;
    cursor: default;
    display: flex;
    line-height: 20px;
    min-height: 20px;
    padding-left: calc(var(--depth) * 14px);
    padding-right: 4px;
    position: relative;
  }
  .line:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .tree:focus-visible .line.focused {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .fold {
    color: var(--vscode-icon-foreground, inherit);
    flex: none;
    line-height: 20px;
    width: 16px;
  }
  .content {
    min-width: 12ch;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
    user-select: text;
    white-space: pre-wrap;
  }
  .name {
    color: var(--vscode-debugTokenExpression-name);
  }
  .index {
    color: var(--vscode-descriptionForeground);
  }
  .string {
    color: var(--vscode-debugTokenExpression-string);
  }
  .number {
    color: var(--vscode-debugTokenExpression-number);
  }
  .boolean,
  .null {
    color: var(--vscode-debugTokenExpression-boolean);
  }
  .folded {
    flex: 1;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .was {
    color: var(--vscode-descriptionForeground);
    margin-left: 1ch;
  }
  .problem {
    color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
    margin-left: 1ch;
  }
  .problem .icon {
    font-size: 13px;
    line-height: 20px;
    vertical-align: bottom;
  }
  /* The description of the focused line, and of every line where there is room. */
  .about {
    color: var(--vscode-descriptionForeground);
    display: none;
    font-family: var(--vscode-font-family, sans-serif);
    font-style: italic;
    margin-left: 2ch;
  }
  .tree:focus-visible .focused .about {
    display: inline;
  }
  @container (min-width: 620px) {
    .about {
      display: inline;
    }
  }
  mark {
    background: var(--vscode-editor-findMatchHighlightBackground, rgba(234, 92, 0, 0.33));
    color: inherit;
    outline: 1px solid var(--vscode-editor-findMatchHighlightBorder, transparent);
  }
  .focused mark {
    background: var(--vscode-editor-findMatchBackground, #9e6a03);
  }
  @media (forced-colors: active) {
    mark {
      background: Mark;
      color: MarkText;
    }
  }
  .more {
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
  }
  .tools {
    background: var(--vscode-editorWidget-background, transparent);
    border-radius: 5px;
    display: flex;
    opacity: 0;
    position: absolute;
    right: 0;
    top: -1px;
  }
  .line:hover .tools,
  .tools:focus-within {
    opacity: 1;
  }
  .tools .icon {
    font-size: 14px;
  }
`;
