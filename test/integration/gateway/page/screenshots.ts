import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SCENES } from './scenes/scenes.ts';
import { setScene, startStage } from './scenes/stage.ts';
import { SIZES, THEMES } from './scenes/variants.ts';
import { launchBrowser } from './test-browser.ts';

const HELP = `Takes a screenshot of each state of the page, in both themes and two sizes.

  node test/integration/gateway/page/screenshots.ts [--only PART] [--language CODE] [--folder FOLDER]

  --only PART       only states whose names contain PART
  --language CODE   default: en
  --folder FOLDER   default: .data/test/screens
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    language: { type: 'string', default: 'en' },
    folder: { type: 'string', default: path.resolve(import.meta.dirname, '../../../../.data/test/screens') },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}

type Close = () => unknown;

/** Runs what is to be closed in the end, the last one first. */
async function closing(work: (context: { after: (close: Close) => void }) => Promise<void>): Promise<void> {
  const closes: Close[] = [];
  try {
    await work({ after: (close) => closes.unshift(close) });
  } finally {
    for (const close of closes) await close();
  }
}

const { only, language, folder } = values;
mkdirSync(folder, { recursive: true });
await closing(async (context) => {
  const browser = await launchBrowser();
  context.after(() => browser.close());
  const stage = await startStage({ after: (close) => context.after(close as Close) }, { browser });
  for (const [name, scene] of Object.entries(SCENES).filter(([known]) => known.includes(only))) {
    await closing(async (own) => {
      const setting = await setScene(stage, own, { language });
      await scene(setting);
      for (const [size, viewport] of Object.entries(SIZES))
        for (const colorScheme of THEMES) {
          await setting.page.setViewportSize(viewport);
          await setting.page.emulateMedia({ colorScheme });
          const file = path.join(folder, `${name}-${size}-${colorScheme}-${language}.png`);
          await setting.page.screenshot({ path: file, fullPage: name !== 'docs', animations: 'disabled' });
        }
      for (const complaint of setting.complaints) process.stdout.write(`${name}: ${complaint}\n`);
    });
    process.stdout.write(`${name}\n`);
  }
});
