let translations: Readonly<Record<string, string>> = {};

/** Takes the translations of the host; texts rendered before stay English until they are rendered again. */
export function setStrings(strings: Readonly<Record<string, string>>): void {
  translations = strings;
}

/** The text of an English template in the user's language, with `{0}`, `{1}` … filled in. */
export function t(template: string, ...args: readonly (string | number)[]): string {
  const text = Object.hasOwn(translations, template) ? (translations[template] ?? template) : template;
  return text.replace(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
}
