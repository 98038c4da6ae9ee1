import type { Step } from '../session/step.ts';
import { CheckMail } from './check-mail.tsx';
import { ForgotPassword } from './forgot-password.tsx';
import { SecondFactor } from './second-factor.tsx';

/** A step beside the form for address and password. */
export function AccessStep(props: { step: Step; onBack: () => void }) {
  return (
    <div class="card credentials">
      <StepForm {...props} />
    </div>
  );
}

function StepForm({ step, onBack }: { step: Step; onBack: () => void }) {
  if (step.kind === 'forgot') return <ForgotPassword email={step.email} onBack={onBack} />;
  if (step.kind === 'second-factor') return <SecondFactor challenge={step.challenge} onBack={onBack} />;
  return <CheckMail email={step.email} isSent={step.isSent} onBack={onBack} />;
}
