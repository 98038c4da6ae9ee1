export const THEMES = ['light', 'dark'] as const;

export const SIZES = {
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
} as const;

/** A window of 1280 pixels at a zoom of 400 %. */
export const ZOOMED = { width: 320, height: 256 } as const;
