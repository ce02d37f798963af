import { css } from 'lit';
import { inputStyles } from './message-form.styles.ts';

export const messageEditorStyles = [
  inputStyles,
  css`
    :host {
      container-type: inline-size;
      display: block;
      min-width: 0;
    }
    .both {
      display: grid;
      gap: 10px;
      grid-template-columns: minmax(0, 1fr);
    }
    .form,
    .source {
      min-width: 0;
    }
    textarea {
      background: var(--vscode-editor-background);
      color: var(--vscode-editor-foreground);
      height: 220px;
      line-height: 18px;
      min-height: 60px;
      padding: 5px 8px;
      resize: vertical;
      tab-size: 2;
      width: 100%;
    }
    @container (min-width: 560px) {
      .both:has(.form) {
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      }
      /* The text stays in sight while the fields go by. */
      .both:has(.form) .source {
        align-self: start;
        position: sticky;
        top: 0;
      }
      .both:has(.form) textarea {
        height: 320px;
      }
    }
    .hint {
      color: var(--vscode-descriptionForeground);
      line-height: 17px;
      margin: 0 0 6px;
    }
    gso-message-form[inert] {
      opacity: 0.6;
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
    .warning,
    .problems li {
      color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
      display: flex;
      gap: 4px;
      overflow-wrap: anywhere;
    }
    .problems {
      display: grid;
      gap: 2px;
      list-style: none;
      margin: 2px 0 0;
      padding: 0;
    }
    .problems .link {
      text-align: left;
    }
  `,
];
