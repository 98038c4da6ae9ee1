import { t } from '../text/language.ts';

/** Corrects what swagger-ui tells screen readers and keyboards, now and whenever it shows something else. */
export function nameControls(root: HTMLElement): void {
  const correct = () => {
    nameFields(root);
    nameButtons(root);
    // Long examples scroll, which a keyboard can only do where they can have the focus.
    for (const example of root.querySelectorAll('pre:not([tabindex])')) example.setAttribute('tabindex', '0');
  };
  new MutationObserver(correct).observe(root, { childList: true, subtree: true });
  correct();
}

/** The field of a parameter has no label, although the name of the parameter is beside it. */
function nameFields(root: HTMLElement): void {
  for (const row of root.querySelectorAll<HTMLElement>('[data-param-name]')) {
    const { paramName = '' } = row.dataset;
    for (const field of row.querySelectorAll(':is(select, input, textarea):not([aria-label], [id])'))
      field.setAttribute('aria-label', paramName);
  }
}

/** One button of the dialog «Authorize» has no name, and others have a name that is not what they show. */
function nameButtons(root: HTMLElement): void {
  for (const button of root.querySelectorAll('.close-modal:not([aria-label])'))
    button.setAttribute('aria-label', t('shell.close'));
  for (const button of root.querySelectorAll('.modal-btn[aria-label]')) button.removeAttribute('aria-label');
}
