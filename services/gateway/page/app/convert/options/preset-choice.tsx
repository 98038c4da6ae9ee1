import { useId } from 'preact/hooks';
import { PRESET_NAMES } from '../../../../options/presets.ts';
import { t } from '../../text/language.ts';
import { type Options, withPreset } from './options.ts';

const CHOICES = ['standard', ...PRESET_NAMES] as const;

interface PresetChoiceProps {
  value: Options;
  onChange: (options: Options) => void;
}

/** Several options at once, each choice with a line that explains it. */
export function PresetChoice({ value, onChange }: PresetChoiceProps) {
  const group = useId();
  const chosen = value.preset ?? 'standard';
  return (
    <fieldset class="presets">
      <legend class="visually-hidden">{t('convert.preset')}</legend>
      {CHOICES.map((name) => (
        <label class="preset" key={name}>
          <input
            type="radio"
            name={group}
            checked={chosen === name}
            onChange={() => onChange(withPreset(value, name === 'standard' ? '' : name))}
          />
          <span>
            <strong>{t(`convert.preset.${name}`)}</strong>
            <small class="quiet">{t(`convert.preset.${name}_note`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
