import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { assertFits, assertPassesAxe, axeFindings } from './axe.ts';
import { SCENES } from './scenes/scenes.ts';
import { type Stage, setScene, startStage } from './scenes/stage.ts';
import { SIZES, show, ZOOMED } from './scenes/variants.ts';

/** Controls without border and underline, which nobody could tell in a mode where all backgrounds are the same. */
const INVISIBLE_CONTROLS = `[...document.querySelectorAll('button, input, select, textarea, progress')]
  .filter((control) => control.checkVisibility() && !control.closest('.swagger-ui'))
  .filter((control) => {
    const style = getComputedStyle(control);
    const hasBorder = parseFloat(style.borderBlockStartWidth) > 0 && style.borderBlockStartStyle !== 'none';
    const isNative = style.appearance !== 'none' && control.matches('[type=checkbox], [type=radio], [type=range]');
    return !hasBorder && !isNative && !style.textDecorationLine.includes('underline');
  })
  .map((control) => control.outerHTML)`;

/** Animations that somebody would see who has asked for none. */
const VISIBLE_ANIMATIONS = `document.getAnimations()
  .filter((animation) => animation.effect.getComputedTiming().activeDuration > 20)
  .map((animation) => animation.animationName ?? animation.transitionProperty)`;

/** Messages that are written when something happens, and stay in the language of that moment. */
const WRITTEN_MESSAGES = '[role=alert], .toast';

/** The only part that is in English in each language. */
const UNTRANSLATED = '.swagger-ui';

/** Chooses the language, as its user does. */
async function chooseLanguage(page: Page, code: string): Promise<void> {
  const choice = page.locator('select').filter({ has: page.locator('option[value=ar]') });
  // A dialog may be in front of it.
  await choice.first().selectOption(code, { force: true });
  await page.locator(`html[lang=${code}]`).waitFor({ state: 'attached' });
}

/**
 * The languages other than English, and the axe rules that are applied to each. English is tested in each theme and size, at a zoom of 400 %
 * and in forced colors. The other languages have the same colors and structure. Only the length and the direction of their texts
 * differ, so they are tested for width in each size, and by axe in the smallest size only.
 */
const LOOKS = [
  ['ar', 'all'],
  ['de', 'visual'],
] as const;

describe('each state of the page', { concurrency: 2 }, () => {
  const closes: (() => unknown)[] = [];
  let stage: Stage;
  before(async () => {
    stage = await startStage({ after: (close) => closes.unshift(close as () => unknown) });
  });
  after(async () => {
    for (const close of closes) await close();
  });

  const play = async (context: TestContext, name: string, language: string) => {
    const setting = await setScene(stage, { after: (close) => context.after(close as never) }, { language });
    await SCENES[name]?.(setting);
    return setting.page;
  };

  /** The state is not played again in another language, unless a part of it would stay in the one before. */
  const showIn = async (context: TestContext, name: string, language: string, page: Page) => {
    if ((await page.locator(WRITTEN_MESSAGES).filter({ visible: true }).count()) > 0)
      return play(context, name, language);
    const dialogs = () => page.getByRole('dialog').count();
    const before = await dialogs();
    await chooseLanguage(page, language);
    assert.equal(await dialogs(), before, 'the other language has closed a dialog');
    return page;
  };

  for (const name of Object.keys(SCENES))
    it(`${name} passes axe and is never wider than the window, in English, Arabic and German`, async (context) => {
      const english = await play(context, name, 'en');
      await assertPassesAxe(english);
      await show(english, { viewport: ZOOMED });
      await assertFits(english, 'at a zoom of 400 %');
      assert.deepEqual(await english.evaluate(VISIBLE_ANIMATIONS), [], 'without motion');
      await show(english, { forcedColors: 'active' });
      assert.deepEqual(await english.evaluate(INVISIBLE_CONTROLS), [], 'in forced colors');
      await show(english, { viewport: SIZES.desk, forcedColors: 'none' });

      for (const [language, rules] of LOOKS) {
        const page = await showIn(context, name, language, english);
        for (const [size, viewport] of Object.entries({ ...SIZES, zoomed: ZOOMED })) {
          await show(page, { viewport, colorScheme: 'dark' });
          await assertFits(page, `${language}, ${size}`);
          if (size !== 'phone') continue;
          const findings = await axeFindings(page, rules, { exclude: UNTRANSLATED });
          assert.deepEqual(findings, [], `${language}, ${size}`);
        }
        await show(page, { viewport: SIZES.desk });
      }
    });
});
