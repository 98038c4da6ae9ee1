import { isAboutMissingSound, type JobWarning } from '../../../../../shared/jobs/warnings.ts';
import { t } from '../../text/language.ts';
import { warningText } from './warning-text.ts';

/** How the MP3 differs from what its owner may expect. What is missing comes first. */
export function Warnings({ warnings }: { warnings: readonly JobWarning[] }) {
  if (warnings.length === 0) return null;
  const missing = warnings.filter(isAboutMissingSound);
  const others = warnings.filter((warning) => !isAboutMissingSound(warning));
  return (
    <section class="result-warnings" aria-label={t('result.warnings')}>
      {[...missing, ...others].map((warning, index) => (
        <p key={index} class={`notice ${isAboutMissingSound(warning) ? 'warn' : ''}`} dir="auto">
          {warningText(warning)}
        </p>
      ))}
    </section>
  );
}
