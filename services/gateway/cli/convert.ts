import { runProgram } from './program.ts';

// `npm run convert -- …` is `mp3 convert …`.
await runProgram(['convert', ...process.argv.slice(2)], (command) =>
  command === 'convert' ? 'npm run convert --' : `npm run mp3 -- ${command}`,
);
