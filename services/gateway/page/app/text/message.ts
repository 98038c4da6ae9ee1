/** A text with placeholders such as `{name}`. */
export type Text = string;

/**
 * A text that depends on the number `{count}`, one for each plural category of the language that differs. See
 * {@link https://unicode.org/reports/tr35/tr35-numbers.html#Language_Plural_Rules | Language Plural Rules}.
 */
export type Plural = { other: Text } & Partial<Record<Exclude<Intl.LDMLPluralRule, 'other'>, Text>>;

export type Message = Text | Plural;
export type Values = Record<string, string | number>;

/** Fills in a message. Numbers are written as the language does. A placeholder without a value stays as it is. */
export function formatMessage(message: Message, language: string, values: Values = {}): string {
  return textOf(message, language, values).replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

function textOf(message: Message, language: string, { count }: Values): Text {
  if (typeof message === 'string') return message;
  const category = new Intl.PluralRules(language).select(Number(count));
  return message[category] ?? message.other;
}
