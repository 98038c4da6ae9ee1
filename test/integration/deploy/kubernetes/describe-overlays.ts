import { describe, test } from 'node:test';
import { type Manifest, renderedOverlays } from './rendered.ts';

/** Runs the same tests over each overlay, in a suite named after it. Skips them if the overlays cannot be rendered here. */
export async function describeOverlays(defineTests: (manifests: readonly Manifest[]) => void): Promise<void> {
  const rendered = await renderedOverlays();
  if (typeof rendered === 'string') test('the manifests are rendered', { skip: rendered }, () => {});
  else
    for (const [overlay, manifests] of Object.entries(rendered))
      describe(`the overlay ${overlay}`, () => defineTests(manifests));
}
