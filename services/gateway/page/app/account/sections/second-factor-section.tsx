import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SecondFactorSetup } from '../../../../client/account/second-factor.ts';
import { CodeField } from '../../access/code-field.tsx';
import { t } from '../../text/language.ts';
import { secondFactor } from '../api.ts';
import { Change, ChangeForm } from '../change.tsx';
import { Section } from '../section.tsx';
import { hasPassword } from './has-password.ts';
import { LoadedList, useReloaded } from './loaded-list.tsx';
import { ProofField, prove } from './proof-field.tsx';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

/** Codes of an app as the second factor. */
export function SecondFactorSection() {
  const { state, retry, reload } = useReloaded(secondFactor.status);
  const setup = useSignal<SecondFactorSetup | undefined>(undefined);
  const codes = useSignal<readonly string[] | undefined>(undefined);
  const begin = async (data: FormData) => {
    setup.value = await prove(data, secondFactor.begin);
    return undefined;
  };
  const confirm = async (data: FormData) => {
    codes.value = await secondFactor.confirm(codeOf(data));
    setup.value = undefined;
    await reload();
  };
  const remove = async (data: FormData) => {
    await prove(data, (proof) => secondFactor.remove({ ...proof, code: codeOf(data) }));
    codes.value = undefined;
    await reload();
    return t('account.factor_removed');
  };
  const forget = () => {
    codes.value = undefined;
    setup.value = undefined;
  };
  return (
    <Section title={t('account.factor')} lead={t('account.factor_lead')}>
      {codes.value && <RecoveryCodes codes={codes.value} onDone={forget} />}
      {setup.value && <Setup setup={setup.value} onSubmit={confirm} onCancel={forget} />}
      <LoadedList state={state} retry={retry}>
        {({ enabled, recovery_codes_left: count }) => (
          <>
            <p class="value">{enabled ? t('account.factor_on', { count }) : t('account.factor_off')}</p>
            {!enabled && !setup.value && <TurnOn onSubmit={begin} />}
            {enabled && (
              <Change label={t('account.factor_remove')} isDangerous onSubmit={remove}>
                <ProofField />
                <CodeField />
              </Change>
            )}
          </>
        )}
      </LoadedList>
    </Section>
  );
}

/** A second factor stands beside a password, so there must be one. */
function TurnOn({ onSubmit }: { onSubmit: (data: FormData) => Promise<undefined> }) {
  if (hasPassword.value === false) return <p class="quiet">{t('account.factor_no_password')}</p>;
  return (
    <Change label={t('account.factor_add')} action={t('account.next')} onSubmit={onSubmit}>
      <ProofField />
    </Change>
  );
}

const codeOf = (data: FormData): string => String(data.get('code')).trim();

type SetupProps = {
  setup: SecondFactorSetup;
  onSubmit: (data: FormData) => Promise<void>;
  onCancel: () => void;
};

/** Shows the secret to an app, and asks for its first code. */
function Setup({ setup: { secret, uri }, ...form }: SetupProps) {
  const lead = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => lead.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <ChangeForm {...form} action={t('account.factor_add')}>
      <p ref={lead}>{t('account.factor_scan')}</p>
      <QrCode text={uri} label={t('account.factor_qr')} />
      <p class="quiet">
        {t('account.factor_by_hand')}{' '}
        <code class="by-hand" dir="ltr">
          {secret.replace(/.{4}(?=.)/g, '$& ')}
        </code>
      </p>
      <CodeField />
    </ChangeForm>
  );
}
