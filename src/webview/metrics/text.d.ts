/** The text of a file, put in by the bundler. */
declare module '*?text' {
  const text: string;
  // eslint-disable-next-line no-restricted-exports -- the bundler gives it this way
  export default text;
}
