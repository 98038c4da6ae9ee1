import { CONVERSION_STEPS, type Mp3Details } from '../../../../../shared/jobs/mp3-details.ts';
import { t } from '../../text/language.ts';
import { formatTaken } from '../waiting-time.ts';

type Step = Mp3Details['steps'][number];

/** What the converter has done, and how long each step took. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  if (steps.length === 0) return null;
  const longest = Math.max(...steps.map(({ seconds }) => seconds), 0.001);
  return (
    <section aria-labelledby="steps-title">
      <h2 id="steps-title">{t('result.steps')}</h2>
      <ol class="steps">
        {steps.map(({ step, seconds }) => (
          <li key={step}>
            <span>{stepName(step)}</span>
            <span class="step-bar" aria-hidden="true">
              <span style={{ inlineSize: `${(seconds / longest) * 100}%` }} />
            </span>
            <span class="step-time">{formatTaken(seconds)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A step of a later release has no text yet. */
const stepName = (step: string): string => {
  const known = CONVERSION_STEPS.find((name) => name === step);
  return known === undefined ? t('result.step_other', { name: step }) : t(`result.step.${known}`);
};
