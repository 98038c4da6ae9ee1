import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface SectionProps {
  title: string;
  /** What it is about, in a sentence or two. */
  lead?: string;
  children: ComponentChildren;
}

/** A part of the account: what it is about, and beside it what there is and what one can do. */
export function Section({ title, lead, children }: SectionProps) {
  const id = useId();
  return (
    <section class="card account-section" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
        {lead && <p class="quiet">{lead}</p>}
      </div>
      <div class="section-body">{children}</div>
    </section>
  );
}
