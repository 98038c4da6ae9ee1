import type { ComponentProps } from 'preact';
import { FailedToLoad } from '../jobs/failed-to-load.tsx';
import { useLoaded } from '../jobs/use-loaded.ts';
import { loadTexts, t } from '../text/language.ts';

type Views = typeof import('./late-views.ts');
type ViewName = 'AccessStep' | 'AccountDetails' | 'MailedLink';

/** A view about accounts. Its code is loaded when it is opened. @param props.view its name in late-views.ts */
export function LateView<Name extends ViewName>({
  view,
  ...props
}: { view: Name } & ComponentProps<Views[Name]>) {
  const { loaded, retry } = useLoaded(loadViews, view);
  const { value } = loaded;
  if (value.state === 'loading') return <p class="quiet">{t('shell.loading')}</p>;
  if (value.state === 'failed') return <FailedToLoad error={value.error} retry={retry} />;
  const View = value.value[view] as (props: object) => preact.JSX.Element;
  return <View {...props} />;
}

/** Loads the code of these views, with their texts. */
export async function loadViews(): Promise<Views> {
  const [views] = await Promise.all([import('./late-views.ts'), loadTexts('account', 'access')]);
  return views;
}
