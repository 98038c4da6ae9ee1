import { useLayoutEffect, useRef } from 'preact/hooks';
import { account } from './state.ts';

/** Moves the focus to the content where somebody has signed in or out, and the control that had the focus went with the view. */
export function useFocusOfView(): void {
  const { value } = account;
  const before = useRef(value);
  useLayoutEffect(() => {
    const hasChanged = before.current !== 'unknown' && before.current !== value;
    before.current = value;
    if (hasChanged && document.activeElement === document.body)
      document.getElementById('main')?.focus({ preventScroll: true });
  }, [value]);
}
