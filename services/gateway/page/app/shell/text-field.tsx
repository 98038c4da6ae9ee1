import type { InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';

type TextFieldProps = InputHTMLAttributes<HTMLInputElement> & {
  name: string;
  label: string;
  /** What is to be filled in, in a few words. */
  hint?: string | undefined;
};

/** A line of text that has to be filled in, under its label. */
export function TextField({ label, hint, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <label class="field">
      <span>{label}</span>
      <input required {...input} aria-describedby={hint && id} />
      {hint && (
        <small id={id} class="quiet">
          {hint}
        </small>
      )}
    </label>
  );
}
