import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../../text/language.ts';
import type { OptionFault } from './check-options.ts';
import { type Options, withOption } from './options.ts';

/** What all fields of a form share. */
export interface FieldsProps {
  value: Options;
  onChange: (options: Options) => void;
  faults: readonly OptionFault[];
}

interface FieldProps extends FieldsProps {
  name: string;
  label: string;
  note?: string;
}

/** What is wrong with an option, in the language of the page. */
export const textOfFault = ({ name, values }: OptionFault): string => t(`convert.wrong.${name}`, values);

/** Names of the elements that describe a field, and what they say. */
function useDescription({ name, note, faults }: FieldProps) {
  const id = useId();
  const fault = faults.find(({ option }) => option === name);
  const described = [note && `${id}-note`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  const texts = (
    <>
      {note && (
        <small class="quiet" id={`${id}-note`}>
          {note}
        </small>
      )}
      {fault && (
        <small class="fault" id={`${id}-fault`}>
          {textOfFault(fault)}
        </small>
      )}
    </>
  );
  return { attributes: { 'aria-describedby': described, 'aria-invalid': fault !== undefined }, texts };
}

export function TextField(props: FieldProps & { maxLength?: number; placeholder?: string }) {
  const { name, label, value, onChange, maxLength = 20, placeholder } = props;
  const { attributes, texts } = useDescription(props);
  return (
    <div class="option">
      <label class="field">
        <span>{label}</span>
        <input
          type="text"
          dir="auto"
          autocomplete="off"
          value={value[name] ?? ''}
          maxLength={maxLength}
          placeholder={placeholder}
          onInput={({ currentTarget }) => onChange(withOption(value, name, currentTarget.value))}
          {...attributes}
        />
      </label>
      {texts}
    </div>
  );
}

export function SelectField(props: FieldProps & { children: ComponentChildren }) {
  const { name, label, value, onChange, children } = props;
  const { attributes, texts } = useDescription(props);
  return (
    <div class="option">
      <label class="field">
        <span>{label}</span>
        <select
          value={value[name] ?? ''}
          onChange={({ currentTarget }) => onChange(withOption(value, name, currentTarget.value))}
          {...attributes}
        >
          {children}
        </select>
      </label>
      {texts}
    </div>
  );
}

export function CheckField(props: FieldProps) {
  const { name, label, value, onChange } = props;
  const { attributes, texts } = useDescription(props);
  return (
    <div class="option">
      <label class="check">
        <input
          type="checkbox"
          checked={value[name] === 'true'}
          onChange={({ currentTarget }) =>
            onChange(withOption(value, name, currentTarget.checked ? 'true' : ''))
          }
          {...attributes}
        />
        <span>{label}</span>
      </label>
      {texts}
    </div>
  );
}
