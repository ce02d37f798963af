/** The generation of this name; undefined where none is asked for. Throws words for people where there is none of that name. */
export function namedGeneration<Name extends string>(
  system: string,
  names: readonly Name[],
  wanted: string | undefined,
): Name | undefined {
  if (wanted === undefined) return undefined;
  const found = names.find((name) => name === wanted);
  if (found === undefined) throw new Error(`${system} ${wanted} cannot be served; ${names.join(', ')} can.`);
  return found;
}

/** A version in a recording that no simulator is like. */
export function unlikeAny(version: string, names: readonly string[]): Error {
  return new Error(
    `The recording is of ${version.slice(0, 60)}, which cannot be served; choose one of ${names.join(', ')} to serve it as that.`,
  );
}
