import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { access } from '../../../../../services/gateway/page/app/text/en/access.ts';
import { account } from '../../../../../services/gateway/page/app/text/en/account.ts';
import { en } from '../../../../../services/gateway/page/app/text/en/catalog.ts';
import { docs } from '../../../../../services/gateway/page/app/text/en/docs.ts';
import { films } from '../../../../../services/gateway/page/app/text/en/films.ts';
import { operator } from '../../../../../services/gateway/page/app/text/en/operator.ts';
import { result } from '../../../../../services/gateway/page/app/text/en/result.ts';
import { LANGUAGES } from '../../../../../services/gateway/page/app/text/languages.ts';
import type { Message } from '../../../../../services/gateway/page/app/text/message.ts';

const formsOf = (message: Message): Record<string, string> =>
  typeof message === 'string' ? { other: message } : message;

const placeholdersOf = (text: string): string[] =>
  [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

/** The placeholders that a text may have: those of the English one. `{count}` may be missing where the word tells the number. */
const isFilledIn = (text: string, english: string): boolean =>
  JSON.stringify(placeholdersOf(text).filter((name) => name !== '{count}')) ===
  JSON.stringify(placeholdersOf(english).filter((name) => name !== '{count}'));

/** All texts in English: those that the page needs at once, and those that are loaded later or by another document. */
const english: Record<string, Message> = {
  ...en,
  ...access,
  ...account,
  ...films,
  ...result,
  ...operator,
  ...docs,
};

describe('the languages of the page', () => {
  for (const { code, name, dir, load: loadTexts } of LANGUAGES) {
    const load = async (): Promise<Record<string, Message>> => {
      const { main, parts } = await loadTexts();
      return Object.assign({}, main, ...(await Promise.all(Object.values(parts).map((part) => part()))));
    };

    describe(`${code} (${name})`, () => {
      it('is written in the direction that Intl knows', () => {
        const locale = new Intl.Locale(code) as Intl.Locale & { getTextInfo(): { direction: string } };
        assert.equal(dir, locale.getTextInfo().direction);
      });

      it('has each text of the page, and no other', async () => {
        const catalog = await load();
        assert.deepEqual(Object.keys(catalog).sort(), Object.keys(english).sort());
        for (const [key, message] of Object.entries(catalog))
          for (const text of Object.values(formsOf(message))) assert.notEqual(text.trim(), '', key);
      });

      it('has the placeholders of the English texts', async () => {
        const catalog = await load();
        for (const [key, message] of Object.entries(english)) {
          const { other = '' } = formsOf(message);
          for (const text of Object.values(formsOf(catalog[key] ?? '')))
            assert.ok(
              isFilledIn(text, other),
              `${key}: «${text}» should have ${placeholdersOf(other).join(' ')}`,
            );
        }
      });

      it('has a form for each plural category of the language', async () => {
        const { pluralCategories } = new Intl.PluralRules(code).resolvedOptions();
        const catalog = await load();
        for (const [key, message] of Object.entries(english)) {
          if (typeof message === 'string') continue;
          const forms = Object.keys(formsOf(catalog[key] ?? ''));
          assert.deepEqual(
            pluralCategories.filter((category) => !forms.includes(category)),
            [],
            key,
          );
        }
      });
    });
  }
});
