import { Icon, type IconName } from '../../shell/icons.tsx';
import { t } from '../../text/language.ts';

interface ActionProps {
  icon: IconName;
  label: string;
  /** Of the film. */
  name: string;
  run: () => void;
}

/** What can be done about a film. Its name is a part of what screen readers say. */
export function Action({ icon, label, name, run }: ActionProps) {
  return (
    <button type="button" aria-label={t('convert.name_label', { action: label, name })} onClick={run}>
      <Icon name={icon} />
      {label}
    </button>
  );
}
