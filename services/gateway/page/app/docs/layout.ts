import type { SwaggerPlugin, SwaggerSystem } from 'swagger-ui-dist/swagger-ui-es-bundle.js';

/** Parts of swagger-ui, from the top to the bottom. Some exist as a container that gets its data by itself. */
const PARTS: readonly [name: string, isContainer: boolean][] = [
  ['SvgAssets', false],
  ['errors', true],
  ['AuthorizeBtnContainer', true],
  ['FilterContainer', true],
  ['operations', true],
  ['Models', true],
];

/**
 * Shows what can be done with the API. The layout of swagger-ui has main content and a title of its own, which a page has already.
 */
export const apiLayout: SwaggerPlugin = ({ React }) => ({
  components: {
    ApiLayout({ getComponent, specSelectors }: SwaggerSystem) {
      const isLoaded = specSelectors.loadingStatus() === 'success';
      const shown = isLoaded ? PARTS : PARTS.filter(([name]) => name === 'errors');
      const parts = shown.map(([name, isContainer]) =>
        React.createElement(getComponent(name, isContainer), { key: name }),
      );
      return React.createElement('div', { className: 'swagger-ui' }, parts);
    },
  },
  wrapComponents: {
    // The path of a route is a link inside the button that opens it. A control must not contain another one.
    DeepLink:
      () =>
      ({ text }) =>
        React.createElement('span', null, text),
  },
});
