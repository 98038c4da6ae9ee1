import { runProgram } from './program.ts';

// `npm run failed -- …` is `mp3 failed …`.
await runProgram(['failed', ...process.argv.slice(2)], (command) =>
  command === 'failed' ? 'npm run failed --' : `npm run mp3 -- ${command}`,
);
