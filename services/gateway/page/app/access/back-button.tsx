import { t } from '../text/language.ts';

/** The way back to the form for address and password. */
export function BackButton({ onBack }: { onBack: () => void }) {
  return (
    <p>
      <button class="link" type="button" onClick={onBack}>
        {t('access.back')}
      </button>
    </p>
  );
}
