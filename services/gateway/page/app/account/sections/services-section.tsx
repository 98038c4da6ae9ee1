import type { Identity } from '../../../../client/account/identities.ts';
import { providers } from '../../session/state.ts';
import { isolate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { identities } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';
import { LoadedList, useReloaded } from './loaded-list.tsx';
import { ProofField, prove, proveRemoval } from './proof-field.tsx';

/** Signing in with accounts elsewhere, where the operator has set up any. */
export const ServicesSection = () => (providers.value.length === 0 ? null : <Services />);

function Services() {
  const { state, retry, reload } = useReloaded(identities.list);
  const join = async (provider: string, data: FormData) => {
    location.assign(await prove(data, (proof) => identities.join(provider, proof)));
    return undefined;
  };
  return (
    <Section title={t('account.services')} lead={t('account.services_lead')}>
      <LoadedList state={state} retry={retry}>
        {(list) =>
          list.length > 0 && (
            <ul class="entries">
              {list.map((one) => (
                <IdentityRow key={one.id} identity={one} reload={reload} />
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

function IdentityRow({ identity, reload }: { identity: Identity; reload: () => Promise<void> }) {
  const { id, name, email } = identity;
  const entry = `identity-${id}`;
  const remove = async (data: FormData) => {
    await proveRemoval(data, (proof) => identities.remove(id, proof));
    await reload();
    document.getElementById('main')?.focus({ preventScroll: true });
    return t('account.service_removed', { name: isolate(name) });
  };
  return (
    <li>
      <div class="entry">
        <strong id={entry} dir="auto">
          {name}
        </strong>
        {email && (
          <span class="quiet">
            <bdi>{email}</bdi>
          </span>
        )}
      </div>
      <div class="entry-actions">
        <Change label={t('account.service_remove')} entry={entry} isDangerous onSubmit={remove}>
          <ProofField />
        </Change>
      </div>
    </li>
  );
}
