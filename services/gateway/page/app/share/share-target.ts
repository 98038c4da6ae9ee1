/** Where a system sends the films that somebody shares with the page, as the manifest says. The gateway has a route for it, too. */
export const SHARE_PATH = '/share';

/** The field of the form with the films. */
export const FILMS_FIELD = 'films';

/** The fragment with which the page is opened then. */
export const SHARED_FRAGMENT = '#/shared';
