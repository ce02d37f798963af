/** The query of every new inspector: polling and measurements repeat what is known. */
export const defaultQuery = '-is:noise';
