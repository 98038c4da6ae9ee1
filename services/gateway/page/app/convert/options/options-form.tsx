import { useSignal, useSignalEffect } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useId } from 'preact/hooks';
import { showError } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { checkOptions } from './check-options.ts';
import type { MoreOptionsProps, OptionsFormProps } from './options-props.ts';
import { PresetChoice } from './preset-choice.tsx';
import './options.css';

/** Chooses the options of a conversion: a preset, and all others on request. */
export function OptionsForm({ isForMany = false, ...props }: OptionsFormProps) {
  const { value, onChange, filmSeconds } = props;
  const id = useId();
  const isAsked = useSignal(false);
  const more = useSignal<{ View: FunctionComponent<MoreOptionsProps> } | undefined>(undefined);
  // What is wrong must be seen.
  const isOpen = isAsked.value || checkOptions(value, filmSeconds).length > 0;
  useSignalEffect(() => {
    if (!isAsked.value || more.value) return;
    import('./more-options.tsx').then(({ MoreOptions }) => {
      more.value = { View: MoreOptions };
    }, showError);
  });
  if (isOpen && !isAsked.value) isAsked.value = true;
  return (
    <div class="options-form">
      <PresetChoice value={value} onChange={onChange} />
      <button
        type="button"
        class="quiet-button more-toggle"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => {
          isAsked.value = !isOpen;
        }}
      >
        {t('convert.more')}
      </button>
      <div id={id} hidden={!isOpen}>
        {more.value && <more.value.View {...props} isForMany={isForMany} />}
      </div>
    </div>
  );
}
