/** Names the fields of parameters for screen readers, now and whenever others are shown. swagger-ui gives them no label. */
export function nameFields(root: HTMLElement): void {
  const nameAll = () => {
    for (const row of root.querySelectorAll<HTMLElement>('[data-param-name]')) {
      const { paramName = '' } = row.dataset;
      for (const field of row.querySelectorAll(':is(select, input, textarea):not([aria-label], [id])'))
        field.setAttribute('aria-label', paramName);
    }
  };
  new MutationObserver(nameAll).observe(root, { childList: true, subtree: true });
  nameAll();
}
