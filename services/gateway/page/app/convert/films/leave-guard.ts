import { effect } from '@preact/signals';
import { films, isAt } from '../state.ts';

/** Has the browser ask whether the page may be left, while something is being sent. */
export function guardLeaving(): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  effect(() => {
    const isSending = films.value.some(isAt('sending', 'waiting'));
    // A page that listens all the time would not be kept for the back button.
    if (isSending) addEventListener('beforeunload', ask);
    else removeEventListener('beforeunload', ask);
  });
}
