import { l10n, MarkdownString } from 'vscode';
import type { Text } from '../core/model/text.ts';

/** A Text of the core in the user's language. */
export function translate(message: Text): string {
  return l10n.t(
    message.template,
    ...message.args.map((arg) => (typeof arg === 'object' ? translate(arg) : arg)),
  );
}

/** Text from outside as plain Markdown: no links, no HTML, no icons, whatever it holds. */
export function escapeMarkdown(value: string): string {
  return value.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&').replace(/\r?\n/g, ' ');
}

/** A tooltip; only the named commands may be linked from it. */
export function markdown(lines: readonly string[], enabledCommands: readonly string[] = []): MarkdownString {
  const result = new MarkdownString(lines.join('\n\n'), true);
  if (enabledCommands.length > 0) result.isTrusted = { enabledCommands };
  return result;
}
