import { writeBundle } from './package-files.ts';

// npm runs this before it packs the repository itself, whose `bin` then finds the bundle.
await writeBundle();
