import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What the test changes about a response. */
export interface Changes {
  origin?: string;
  rpId?: string;
  userVerified?: boolean;
  challenge?: string;
  counter?: number;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();

/** CBOR of what an authenticator sends (RFC 8949): integers, byte and text strings, and maps. */
function cbor(value: number | string | Uint8Array | Map<number | string, unknown>): Buffer {
  const head = (major: number, length: number): Buffer => {
    if (length < 24) return Buffer.from([(major << 5) | length]);
    if (length < 256) return Buffer.from([(major << 5) | 24, length]);
    return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
  };
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, each]) => [cbor(key), cbor(each as never)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

/** A security key in software, which makes passkeys of ECDSA with P-256 and «none» as attestation. */
export function createAuthenticator(page: string) {
  const id = randomBytes(32);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let counter = 0;
  let userHandle = '';

  const clientData = (type: string, challenge: string, { origin = page, ...changes }: Changes) =>
    Buffer.from(
      JSON.stringify({ type, challenge: changes.challenge ?? challenge, origin, crossOrigin: false }),
    );

  function authenticatorData(
    { rpId = new URL(page).hostname, ...changes }: Changes,
    attested = Buffer.alloc(0),
  ) {
    counter = changes.counter ?? counter + 1;
    const flags = 1 | (changes.userVerified === false ? 0 : 4) | (attested.length > 0 ? 64 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, attested]);
  }

  return {
    // biome-ignore lint/suspicious/noExplicitAny: what a page gets from the gateway
    register(options: any, changes: Changes = {}) {
      userHandle = options.user.id;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, cosePublicKey(publicKey)]);
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authenticatorData(changes, attested)],
      ]);
      return {
        ...{ id: base64url(id), rawId: base64url(id), type: 'public-key', clientExtensionResults: {} },
        response: {
          clientDataJSON: base64url(clientData('webauthn.create', options.challenge, changes)),
          attestationObject: base64url(cbor(attestation)),
          transports: ['usb'],
        },
      };
    },

    // biome-ignore lint/suspicious/noExplicitAny: what a page gets from the gateway
    logIn(options: any, changes: Changes & { userHandle?: string | undefined; key?: KeyObject } = {}) {
      const data = authenticatorData(changes);
      const client = clientData('webauthn.get', options.challenge, changes);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), changes.key ?? privateKey);
      return {
        ...{ id: base64url(id), rawId: base64url(id), type: 'public-key', clientExtensionResults: {} },
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(signature),
          userHandle: 'userHandle' in changes ? changes.userHandle : userHandle,
        },
      };
    },
  };
}

/** A key of P-256 in COSE (RFC 9053). */
function cosePublicKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(x)],
      [-3, bytes(y)],
    ]),
  );
}
