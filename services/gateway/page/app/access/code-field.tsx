/** The code of an app, which changes each half minute. */
export function CodeField({ label }: { label: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck={false}
        dir="ltr"
        required
        maxLength={64}
      />
    </label>
  );
}
