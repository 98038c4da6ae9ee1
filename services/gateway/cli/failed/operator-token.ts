import { CommandError } from '../errors.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Returns the operator's token. The token of the system in this folder is sent only to this machine. @throws CommandError */
export function operatorToken(
  url: string,
  env: NodeJS.ProcessEnv,
  readOwn: () => string | undefined,
): string {
  const given = env.MP3CONVERTER_OPERATOR_TOKEN?.trim();
  if (given && !/^[\x21-\x7e]+$/.test(given)) {
    throw new CommandError(
      'MP3CONVERTER_OPERATOR_TOKEN contains spaces or other characters that a token cannot have.',
    );
  }
  if (given) return given;
  if (!LOOPBACK.includes(new URL(url).hostname)) {
    throw new CommandError(
      `${url} is on another machine: set MP3CONVERTER_OPERATOR_TOKEN to the OPERATOR_TOKEN of its gateway.`,
    );
  }
  const own = readOwn();
  if (own) return own;
  throw new CommandError(
    'There is no operator token in .data/env/gateway.env yet. Start the system once with: npm start; ' +
      'or, for another system, set MP3CONVERTER_OPERATOR_TOKEN to its OPERATOR_TOKEN.',
  );
}
