import type { Call, Client, Reply } from './in-process.ts';

/** Sends requests as a page of the gateway does, with its origin and a jar of cookies, to an application in this process. */
export function cookieClient(call: Client, origin: string): Client {
  const jar = new Map<string, string>();
  return async (method: string, path: string, { headers = {}, ...rest }: Call = {}): Promise<Reply> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const own = { ...(method !== 'GET' && { origin }), ...(cookie && { cookie }) };
    const reply = await call(method, path, { headers: { ...own, ...headers }, ...rest });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0;/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return reply;
  };
}
