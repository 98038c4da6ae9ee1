import { usageView } from '../../../../usage/usage-view.ts';
import { always, session } from '../../api.ts';
import { formatSize, formatWait } from '../../text/format.ts';
import { language, t } from '../../text/language.ts';
import { LimitFacts } from '../limit-facts.tsx';
import { Section } from '../section.tsx';
import { LoadedList, useReloaded } from './loaded-list.tsx';

/** What the account may do, and how much of it is used. */
export function UsageSection() {
  const { state, retry } = useReloaded(loadUsage);
  const lead =
    state.state === 'ready'
      ? t('account.usage_lead', { when: formatWait((Date.parse(state.value.resets_at) - Date.now()) / 1000) })
      : '';
  return (
    <Section title={t('account.usage')} lead={lead}>
      <LoadedList state={state} retry={retry}>
        {({ uploads, bytes, minutes, stored_bytes }) => (
          <div class="usage">
            <Used name={t('account.usage_uploads')} of={uploads} format={formatNumber} />
            <Used name={t('account.usage_bytes')} of={bytes} format={formatSize} />
            <Used name={t('account.usage_minutes')} of={minutes} format={formatNumber} />
            <Used name={t('account.usage_stored')} of={stored_bytes} format={formatSize} />
          </div>
        )}
      </LoadedList>
      <dl>
        <LimitFacts />
      </dl>
    </Section>
  );
}

const loadUsage = async () =>
  (await session.send({ method: 'GET', path: '/account/usage', signal: always })).json(usageView);

const formatNumber = (value: number): string => Math.ceil(value).toLocaleString(language.value);

interface UsedProps {
  name: string;
  of: { used: number; limit: number | null };
  format: (value: number) => string;
}

function Used({ name, of: { used, limit }, format }: UsedProps) {
  const text =
    limit === null ? format(used) : t('account.usage_of', { used: format(used), limit: format(limit) });
  return (
    <div class="field">
      <p class="used">
        <span class="quiet">{name}</span> <strong>{text}</strong>
      </p>
      {limit !== null && limit > 0 && (
        <progress value={Math.min(used, limit)} max={limit} aria-label={name} />
      )}
    </div>
  );
}
