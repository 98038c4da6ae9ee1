import { effect, signal } from '@preact/signals';
import { theme } from '../shell/theme.ts';
import { apiLayout } from './layout.ts';
import { nameControls } from './name-controls.ts';
import { refreshSession } from './session.ts';
import { allowDescriptions } from './trusted-html.ts';

const DOCUMENT = '/openapi.json';

/** Shows the API in an element, with a console for its requests. Resolves when it is there. */
export async function showConsole(domNode: HTMLElement): Promise<void> {
  allowDescriptions();
  const { default: SwaggerUI } = await import('swagger-ui-dist/swagger-ui-es-bundle.js');
  const { promise, resolve } = Promise.withResolvers<void>();
  SwaggerUI({
    url: DOCUMENT,
    domNode,
    deepLinking: true,
    validatorUrl: null,
    plugins: [apiLayout],
    layout: 'ApiLayout',
    defaultModelsExpandDepth: 0,
    docExpansion: 'list',
    displayRequestDuration: true,
    filter: true,
    // Its colors have too little contrast, and a long response takes seconds.
    syntaxHighlight: false,
    async requestInterceptor(request) {
      const hasToken = Object.keys(request.headers).some((name) => name.toLowerCase() === 'authorization');
      // The access token in the cookie is valid for minutes, and this page may be open for longer.
      if (!hasToken && !request.loadSpec) await refreshSession();
      return request;
    },
    onComplete: () => resolve(),
  });
  nameControls(domNode);
  await promise;
}

/** swagger-ui is dark with a class. */
export function followTheme(): void {
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const system = signal(prefersDark.matches);
  prefersDark.addEventListener('change', ({ matches }) => {
    system.value = matches;
  });
  effect(() => {
    const isDark = theme.value === 'dark' || (theme.value === 'system' && system.value);
    document.documentElement.classList.toggle('dark-mode', isDark);
  });
}
