/** Options as a query. A schema of a record would add code of zod to what the page loads at its start. */
export const toQueryText = (options: Readonly<Record<string, string>>): string =>
  new URLSearchParams(options).toString();

export const fromQueryText = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(text));
