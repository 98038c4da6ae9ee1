import type { Flag, FlagGroup } from './flags.ts';

export const url: Flag = {
  name: 'url',
  value: 'URL',
  text: ['the gateway', '(default: $MP3_URL, or http://localhost:$GATEWAY_PORT, or port 8080)'],
};

export const email: Flag = {
  name: 'email',
  value: 'ADDR',
  text: [
    'the account (default: $MP3_EMAIL, or the one that logged in last,',
    'or one that is created at the first use)',
  ],
};

export const json: Flag = {
  name: 'json',
  text: ['print one JSON object a line on the standard output, for programs'],
};

export const quiet: Flag = { name: 'quiet', short: 'q', text: ['print only errors'] };
export const yes: Flag = { name: 'yes', short: 'y', text: ['do not ask'] };
const help: Flag = { name: 'help', short: 'h', text: ['print this'] };
const version: Flag = { name: 'version', text: ['print the version'] };

/** The flags of every command, below those that are given. */
export const general = (...flags: Flag[]): FlagGroup => ({
  title: 'General',
  flags: [...flags, help, version],
});
