interface Sent {
  headers?: Record<string, string>;
  body?: Uint8Array | Record<string, unknown>;
}

/** Sends requests as a page of the gateway does, with its origin and with a jar of cookies. A plain object is sent as JSON. */
export function browserAt(url: string, jar = new Map<string, string>()) {
  const { origin } = new URL(url);
  const send = async (method: string, target: string, { headers = {}, body }: Sent = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const isJson = body !== undefined && !(body instanceof Uint8Array);
    const response = await fetch(`${url}${target}`, {
      method,
      headers: { origin, cookie, ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as Buffer<ArrayBuffer>) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (/Max-Age=0;/.test(set)) jar.delete(name);
      else jar.set(name, value);
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const isJsonReply = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, text, bytes, json: isJsonReply ? JSON.parse(text) : undefined };
  };
  return { send, jar, copy: () => browserAt(url, new Map(jar)) };
}
