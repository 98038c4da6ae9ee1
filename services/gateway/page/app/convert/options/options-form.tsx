import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren, FunctionComponent } from 'preact';
import { useId } from 'preact/hooks';
import type { Track } from '../../../../../shared/jobs/job-view.ts';
import { showError } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { checkOptions } from './check-options.ts';
import type { Options } from './options.ts';
import { PresetChoice } from './preset-choice.tsx';
import './options.css';

export interface OptionsFormProps {
  value: Options;
  onChange: (options: Options) => void;
  /** The tracks of the film, where one of them can be chosen. */
  tracks?: readonly Track[] | null | undefined;
  /** Length of the film in seconds, where it is known. */
  filmSeconds?: number | null | undefined;
  /** Whether options that suit one film alone are left out: a part of it, its title, its track. */
  isForMany?: boolean;
  /** Further settings among the options that are shown on request. */
  children?: ComponentChildren;
}

export type MoreOptionsProps = Omit<OptionsFormProps, 'isForMany'> & { isForMany: boolean };

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
