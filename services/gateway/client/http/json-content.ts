import type { ApiRequest } from './transport.ts';

/** The parts of a request that has a JSON body. */
export const jsonContent = (content: object): Required<Pick<ApiRequest, 'headers' | 'body'>> => ({
  headers: { 'content-type': 'application/json' },
  body: () => JSON.stringify(content),
});
