import type { Page } from 'playwright-core';

export const THEMES = ['light', 'dark'] as const;

export const SIZES = {
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
} as const;

/** A window of 1280 pixels at a zoom of 400 %. */
export const ZOOMED = { width: 320, height: 256 } as const;

interface Look {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  forcedColors?: 'active' | 'none';
}

/** Resolves once the page is drawn like that. */
export async function show(page: Page, { viewport, ...media }: Look): Promise<void> {
  if (viewport) await page.setViewportSize(viewport);
  await page.emulateMedia(media);
  // A page notices another medium with the next frame.
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
}
