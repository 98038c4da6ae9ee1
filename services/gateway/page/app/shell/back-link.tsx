import { hrefOf } from '../route.ts';
import { t } from '../text/language.ts';
import { Icon } from './icons.tsx';

/** The way back to the list of all MP3s. */
export function BackLink() {
  return (
    <p>
      <a class="back" href={hrefOf({ view: 'home' })}>
        <Icon name="back" />
        <span>{t('jobs.back')}</span>
      </a>
    </p>
  );
}
