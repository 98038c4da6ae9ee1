import { limits } from '../session/state.ts';
import { formatDuration, formatSize } from '../text/format.ts';
import { t } from '../text/language.ts';

/** What the account may do. */
export function LimitFacts() {
  const { value } = limits;
  if (value === null) return null;
  return (
    <>
      <Fact
        name={t('account.upload_limit')}
        value={formatSize(value.max_upload_bytes)}
        note={t('account.upload_limit_note')}
      />
      <Fact
        name={t('account.retention')}
        value={formatDuration(value.retention_seconds)}
        note={t('account.retention_note')}
      />
    </>
  );
}

export function Fact({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>
          <bdi>{value}</bdi>
        </strong>
        {note && <small class="quiet">{note}</small>}
      </dd>
    </div>
  );
}
