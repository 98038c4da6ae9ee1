/** Replaces every occurrence of a text by one of the same length. Throws where there is none. */
export const replaceAll = (from: string, to: string) => (bytes: Buffer) => {
  if (from.length !== to.length) throw new Error('both texts must be of one length');
  const text = bytes.toString('latin1');
  if (!text.includes(from)) throw new Error(`the file has no ${from}`);
  return Buffer.from(text.replaceAll(from, to), 'latin1');
};
