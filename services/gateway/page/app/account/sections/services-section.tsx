import type { Identity } from '../../../../client/account/identities.ts';
import { providers } from '../../session/state.ts';
import { showError, showToast } from '../../shell/toasts.tsx';
import { isolate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { identities } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';
import { LoadedList, useReloaded } from './loaded-list.tsx';
import { ProofField, prove } from './proof-field.tsx';

/** Signing in with accounts elsewhere, where the operator has set up any. */
export function ServicesSection() {
  const { state, retry, reload } = useReloaded(identities.list);
  if (providers.value.length === 0) return null;
  const join = async (provider: string, data: FormData) => {
    location.assign(await prove(data, (proof) => identities.join(provider, proof)));
    return undefined;
  };
  const remove = async ({ id, name }: Identity) => {
    try {
      await identities.remove(id);
      await reload();
      showToast({ text: t('account.service_removed', { name: isolate(name) }), kind: 'plain' });
      document.getElementById('main')?.focus({ preventScroll: true });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <Section title={t('account.services')} lead={t('account.services_lead')}>
      <LoadedList state={state} retry={retry}>
        {(list) =>
          list.length > 0 && (
            <ul class="entries">
              {list.map((one) => (
                <IdentityRow key={one.id} identity={one} onRemove={() => remove(one)} />
              ))}
            </ul>
          )
        }
      </LoadedList>
      {providers.value.map(({ id, name }) => (
        <Change
          key={id}
          label={t('account.service_add', { name: isolate(name) })}
          action={t('account.next')}
          onSubmit={(data) => join(id, data)}
        >
          <ProofField />
        </Change>
      ))}
    </Section>
  );
}

function IdentityRow({ identity, onRemove }: { identity: Identity; onRemove: () => void }) {
  const id = `identity-${identity.id}`;
  return (
    <li>
      <div class="entry">
        <strong id={id} dir="auto">
          {identity.name}
        </strong>
        {identity.email && (
          <span class="quiet">
            <bdi>{identity.email}</bdi>
          </span>
        )}
      </div>
      <button type="button" class="quiet-button" aria-describedby={id} onClick={onRemove}>
        {t('account.service_remove')}
      </button>
    </li>
  );
}
