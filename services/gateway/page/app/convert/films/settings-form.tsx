import { t } from '../../text/language.ts';
import { describeOptions } from '../options/describe-options.ts';
import { OptionsForm } from '../options/options-form.tsx';
import { changeSettings, settings } from '../options/settings.ts';

/** How all films are converted and sent. It is remembered. */
export function SettingsForm() {
  const { options, whole } = settings.value;
  const { preset: _, ...others } = options;
  const more = [...describeOptions(others), ...(whole ? [t('convert.option.whole')] : [])];
  return (
    <section class="settings" aria-labelledby="settings-title">
      <h3 id="settings-title">{t('convert.options')}</h3>
      <OptionsForm value={options} onChange={(changed) => changeSettings({ options: changed })} isForMany>
        <div class="option">
          <label class="check">
            <input
              type="checkbox"
              checked={whole}
              aria-describedby="whole-note"
              onChange={({ currentTarget }) => changeSettings({ whole: currentTarget.checked })}
            />
            <span>{t('convert.option.whole')}</span>
          </label>
          <small class="quiet" id="whole-note">
            {t('convert.option.whole_note')}
          </small>
        </div>
      </OptionsForm>
      {more.length > 0 && <p class="quiet settings-summary">{more.join(' · ')}</p>}
    </section>
  );
}
