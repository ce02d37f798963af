import { css } from 'lit';

export const treeStyles = css`
  :host {
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
