/** Names that KGSM 1 prints one per line, without the lines that are for people. */
export function plainNames(output: string): string[] {
  return output
    .split(/\s*\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('[') && !line.includes(' '));
}

/** The status that KGSM 1 prints in lines such as `Status:   inactive`; the blueprint is the path of its file. */
export function plainStatus(
  output: string,
): { readonly active: boolean; readonly version?: string; readonly blueprint?: string } | undefined {
  const rows = new Map(
    output.split('\n').flatMap((line) => {
      const [, label, value = ''] = /^([A-Z][A-Za-z ]*):\s*(.*?)\s*$/.exec(line) ?? [];
      return label === undefined ? [] : [[label, value] as const];
    }),
  );
  const status = rows.get('Status');
  if (status !== 'active' && status !== 'inactive') return undefined;
  const version = rows.get('Version');
  const blueprint = rows.get('Blueprint')?.split('/').at(-1);
  return {
    active: status === 'active',
    ...(version === undefined ? {} : { version }),
    ...(blueprint === undefined ? {} : { blueprint }),
  };
}
