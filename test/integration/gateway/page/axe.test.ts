import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { assertPassesAxe, TOO_WIDE } from './axe.ts';
import { SCENES } from './scenes/scenes.ts';
import { type Stage, setScene, startStage } from './scenes/stage.ts';
import { show, THEMES, ZOOMED } from './scenes/variants.ts';
import { DIFFERENT_LANGUAGES } from './texts.ts';

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

  /** No language has colors of its own. */
  const ONE_THEME = ['dark'] as const;
  const [first = '', ...others] = DIFFERENT_LANGUAGES;
  for (const language of [first, ...others])
    for (const name of Object.keys(SCENES))
      it(`${name} passes axe in ${language}, and is never wider than the window`, async (context) => {
        const page = await play(context, name, language);
        await assertPassesAxe(page, language === first ? THEMES : ONE_THEME);
        await show(page, { viewport: ZOOMED });
        assert.deepEqual(await page.evaluate(TOO_WIDE), [], 'at a zoom of 400 %');
        if (language !== first) return;
        assert.deepEqual(await page.evaluate(VISIBLE_ANIMATIONS), [], 'without motion');
        await show(page, { forcedColors: 'active' });
        assert.deepEqual(await page.evaluate(INVISIBLE_CONTROLS), [], 'in forced colors');
      });
});
