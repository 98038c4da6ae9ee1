import { FILMS_FIELD, SHARE_PATH } from '../../services/gateway/page/app/share/share-target.ts';
import { ICONS } from './draw-icons.ts';

const png = ({ name, size }: (typeof ICONS)[keyof typeof ICONS], purpose: 'any' | 'maskable') => ({
  ...{ src: `/assets/${name}`, sizes: `${size}x${size}`, type: 'image/png', purpose },
});

/**
 * What the page is where it is installed. See {@link https://www.w3.org/TR/appmanifest/ | Web Application Manifest} and
 * {@link https://w3c.github.io/web-share-target/ | Web Share Target}.
 */
export const manifest = {
  name: 'mp3converter',
  short_name: 'mp3converter',
  description: 'Turns films into MP3s.',
  id: '/',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  // A manifest has one color of each kind. They are those of the light theme, and count until the page is shown: its elements
  // `meta name="theme-color"` name one for each theme.
  background_color: '#f7f6f3',
  theme_color: '#f7f6f3',
  icons: [
    { src: '/assets/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
    ...[png(ICONS.small, 'any'), png(ICONS.large, 'any'), png(ICONS.maskable, 'maskable')],
  ],
  // No `title`, `text` and `url`: then a system offers the page for films alone, and not for a link or a text.
  share_target: {
    action: SHARE_PATH,
    method: 'POST',
    enctype: 'multipart/form-data',
    params: { files: [{ name: FILMS_FIELD, accept: ['video/*', 'audio/*', 'application/ogg'] }] },
  },
};
