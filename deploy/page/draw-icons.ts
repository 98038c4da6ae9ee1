import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

const require = createRequire(import.meta.url);

export interface Icon {
  /** Name of the file. */
  name: string;
  /** Width and height, in pixels. */
  size: number;
  /** What it shows: the picture with round corners, the picture on a square for systems that cut their own shape, or its line alone. */
  form: 'rounded' | 'square' | 'line';
}

/** The pictures of an installed page. Their URLs stay the same, because systems keep them with what is installed. */
export const ICONS = {
  small: { name: 'icon-192.png', size: 192, form: 'rounded' },
  large: { name: 'icon-512.png', size: 512, form: 'rounded' },
  maskable: { name: 'icon-maskable-512.png', size: 512, form: 'square' },
  /** iOS reads no manifest for it, and paints black what is transparent. */
  apple: { name: 'apple-touch-icon.png', size: 180, form: 'square' },
  /** Android colors everything in it that is not transparent, beside a notification. */
  badge: { name: 'icon-badge-96.png', size: 96, form: 'line' },
} as const satisfies Record<string, Icon>;

const CORNERS = ' rx="112"';
const GROUND = /<rect [^>]*\/>/;

let ready: Promise<void> | undefined;

/** The PNG of each icon, by its name. @param svg of the rounded form */
export async function drawIcons(svg: string): Promise<Map<string, Uint8Array>> {
  ready ??= readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')).then((wasm) => initWasm(wasm));
  await ready;
  return new Map(Object.values(ICONS).map((icon) => [icon.name, draw(shaped(svg, icon.form), icon.size)]));
}

function shaped(svg: string, form: Icon['form']): string {
  if (!svg.includes(CORNERS) || !GROUND.test(svg))
    throw new Error(
      'icon.svg has changed: deploy/page/draw-icons.ts does not find its ground with round corners',
    );
  if (form === 'line') return svg.replace(GROUND, '');
  return form === 'square' ? svg.replace(CORNERS, '') : svg;
}

function draw(svg: string, size: number): Uint8Array {
  const drawing = new Resvg(svg, { fitTo: { mode: 'width', value: size } });
  const image = drawing.render();
  const png = image.asPng();
  image.free();
  drawing.free();
  return png;
}
