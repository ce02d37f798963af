import type { Text } from '../../core/model/text.ts';
import { t } from '../base/l10n.ts';

/** A Text of the query language in the user's language. */
export function say({ template, args }: Text): string {
  return t(template, ...args.map((arg) => (typeof arg === 'object' ? say(arg) : arg)));
}
