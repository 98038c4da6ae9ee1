/** The beginning of an id, which is enough to tell a few apart. */
export const shortId = (id: string): string => id.slice(0, 8);
