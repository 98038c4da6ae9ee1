import type { ComponentChildren } from 'preact';
import { messageOf } from './error-message.ts';

/** Says what has gone wrong, to everybody at once. @param props.children what can be done about it */
export function ErrorNotice({ error, children }: { error: unknown; children?: ComponentChildren }) {
  if (error === undefined) return null;
  return (
    <div class="notice bad" role="alert">
      <p>{messageOf(error)}</p>
      {children}
    </div>
  );
}
