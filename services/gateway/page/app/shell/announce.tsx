import { signal } from '@preact/signals';

const announcement = signal('');

/** Has a screen reader speak a text, once it has nothing else to say. */
export function announce(text: string): void {
  announcement.value = text;
}

/** The one live region of the page. */
export function Announcer() {
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {announcement.value}
    </div>
  );
}
