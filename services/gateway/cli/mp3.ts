import { runProgram } from './program.ts';

// `npm run mp3 -- …` keeps its name, so that the commands which are printed can be pasted.
const program = process.env.npm_lifecycle_event === 'mp3' ? 'npm run mp3 --' : 'mp3';
await runProgram(process.argv.slice(2), (command) => `${program} ${command}`);
