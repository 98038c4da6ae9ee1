import { useEffect } from 'preact/hooks';
import { Shell } from '../shell/shell.tsx';
import { t } from '../text/language.ts';
import { access, signOut } from './access.ts';
import { ConvertersSection } from './converters-section.tsx';
import { FailedSection } from './failed-section.tsx';
import { watchOverview } from './overview.ts';
import { SignIn } from './sign-in.tsx';
import { SystemSection } from './system-section.tsx';
import { Totals } from './totals.tsx';

/** The page of the operator: what the whole system does, and the jobs that have failed. */
export function OperatorApp() {
  const isSignedIn = access.value === 'signed in';
  const signOutButton = (
    <button type="button" class="quiet-button" onClick={signOut}>
      {t('operator.sign_out')}
    </button>
  );
  return (
    <Shell controls={isSignedIn && signOutButton}>
      <Content />
    </Shell>
  );
}

function Content() {
  switch (access.value) {
    case 'unknown':
      return <p class="quiet">{t('shell.loading')}</p>;
    case 'not configured':
      return <NotConfigured />;
    case 'signed in':
      return <Dashboard />;
    default:
      return <SignIn />;
  }
}

/** The gateway was started without a token for operators. */
function NotConfigured() {
  return (
    <section class="card stack" aria-labelledby="not-configured">
      <h1 id="not-configured">{t('operator.not_configured')}</h1>
      <p>{t('operator.how_to_configure', { variable: 'OPERATOR_TOKEN' })}</p>
    </section>
  );
}

function Dashboard() {
  useEffect(watchOverview, []);
  return (
    <>
      <h1 class="visually-hidden">{t('operator.title')}</h1>
      <Totals />
      <ConvertersSection />
      <FailedSection />
      <SystemSection />
    </>
  );
}
