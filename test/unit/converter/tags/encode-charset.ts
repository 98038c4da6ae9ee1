const tables = new Map<string, Map<string, number[]>>();

/** Returns a table from characters to their one or two bytes, made with the decoder, because Node has no such encoder. */
function tableOf(charset: string): Map<string, number[]> {
  const decoder = new TextDecoder(charset, { fatal: true });
  const table = new Map<string, number[]>();
  const add = (bytes: number[]) => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes));
      if ([...text].length === 1 && !table.has(text)) table.set(text, bytes);
    } catch {
      // No character has these bytes.
    }
  };
  for (let first = 0; first < 256; first += 1) add([first]);
  for (let first = 0x81; first < 256; first += 1) {
    for (let second = 0x40; second < 256; second += 1) add([first, second]);
  }
  return table;
}

export function canEncode(text: string, charset: string): boolean {
  try {
    encodeCharset(text, charset);
    return true;
  } catch {
    return false;
  }
}

/** Returns the text in a code page, as Latin-1: each character is one byte. Throws where the code page lacks a character. */
export function encodeCharset(text: string, charset: string): string {
  const table = tables.get(charset) ?? tableOf(charset);
  tables.set(charset, table);
  const bytes = [...text].flatMap((character) => {
    const found = table.get(character);
    if (!found) throw new Error(`${charset} has no ${character}`);
    return found;
  });
  return Buffer.from(bytes).toString('latin1');
}

/** Returns the text in UTF-8, as Latin-1: each character is one byte. */
export const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
