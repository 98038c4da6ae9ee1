import { t } from '../../text/language.ts';
import { LimitFacts } from '../limit-facts.tsx';
import { Section } from '../section.tsx';

/** What the account may do. */
export function UsageSection() {
  return (
    <Section title={t('account.usage')}>
      <dl>
        <LimitFacts />
      </dl>
    </Section>
  );
}
