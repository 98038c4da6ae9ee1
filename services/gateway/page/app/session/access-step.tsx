import { FailedToLoad } from '../jobs/failed-to-load.tsx';
import { useLoaded } from '../jobs/use-loaded.ts';
import { loadTexts, t } from '../text/language.ts';
import type { Step } from './step.ts';

/** A step beside the form for address and password. Its code is loaded when it is needed. */
export function AccessStep({ step, onBack }: { step: Step; onBack: () => void }) {
  const { loaded, retry } = useLoaded(load, 'access');
  const { value } = loaded;
  return (
    <div class="card credentials">
      {value.state === 'loading' && <p class="quiet">{t('shell.loading')}</p>}
      {value.state === 'failed' && <FailedToLoad error={value.error} retry={retry} />}
      {value.state === 'ready' && <value.value step={step} onBack={onBack} />}
    </div>
  );
}

async function load() {
  const [{ AccessStepForm }] = await Promise.all([
    import('../access/access-step-form.tsx'),
    loadTexts('access'),
  ]);
  return AccessStepForm;
}
