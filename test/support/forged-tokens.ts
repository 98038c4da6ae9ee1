import { createHmac, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, exportPKCS8, exportSPKI, generateKeyPair, SignJWT } from 'jose';

/** What a valid access token is made of. */
export interface TokenParts {
  /** The key pair of auth. The public half must be exportable. */
  keys: { privateKey: CryptoKey; publicKey: CryptoKey };
  header: { alg: string; kid: string; typ: string };
  claims: Record<string, unknown> & { sub: string };
  /** Seconds since 1970, at which the tokens are checked. */
  now: number;
}

type Header = Record<string, unknown>;

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const HASH: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/** Signs with a secret and without any check of a library. */
function hmac(header: Header, claims: object, secret: string | Uint8Array): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const hash = HASH[String(header.alg)] ?? 'sha256';
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** Signs any bytes as the claims, with the key of auth. */
const signPayload = async (header: Header, payload: string, key: CryptoKey): Promise<string> => {
  const signed = `${encode(header)}.${encode(payload)}`;
  const signature = await crypto.subtle.sign('Ed25519', key, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString('base64url')}`;
};

const sign = (header: Header, claims: object, key: CryptoKey): Promise<string> =>
  signPayload(header, JSON.stringify(claims), key);

/** Values of a key id that a service could take for a path, a query, a URL, or a member of an object. */
export const HOSTILE_KIDS: readonly unknown[] = [
  ...['', 'stranger', '../../../../dev/null', '/dev/null', 'file:///etc/passwd', 'C:\\windows\\win.ini'],
  ...["' OR '1'='1", "one' UNION SELECT '{}", 'one; DROP TABLE signing_keys', 'one\0', 'one ', 'ONE'],
  ...['https://evil.example/jwks.json', '__proto__', 'constructor', 'toString', '0', 'x'.repeat(4_000)],
  ...[0, 1, true, null, [], ['one'], {}, { one: 1 }],
];

/** Tokens whose header asks for another algorithm, another key, or another meaning. */
async function forgedHeaders({ keys, header, claims }: TokenParts): Promise<[what: string, token: string][]> {
  const [, , signature = ''] = (await sign(header, claims, keys.privateKey)).split('.');
  const other = await generateKeyPair('EdDSA', { extractable: true });
  const otherJwk = await exportJWK(other.publicKey);
  const rows: [string, string][] = [];

  for (const alg of ['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined]) {
    const unsigned = `${encode({ ...header, alg })}.${encode(claims)}`;
    rows.push([`alg ${JSON.stringify(alg)} without a signature`, `${unsigned}.`]);
    rows.push([`alg ${JSON.stringify(alg)} with the signature of another token`, `${unsigned}.${signature}`]);
  }

  const spki = await exportSPKI(keys.publicKey);
  const jwk = await exportJWK(keys.publicKey);
  const secrets: Record<string, string | Uint8Array> = {
    'the public key as PEM': spki,
    'the public key as PEM without its last line end': spki.trimEnd(),
    'the public key as DER': Buffer.from(spki.replace(/-----[^-]+-----|\s/g, ''), 'base64'),
    'the bytes of the public key': Buffer.from(String(jwk.x), 'base64url'),
    'the public key as base64url': String(jwk.x),
    'the public key as JSON': JSON.stringify(jwk),
    'an empty text': '',
  };
  for (const alg of Object.keys(HASH))
    for (const [what, secret] of Object.entries(secrets))
      rows.push([`${alg} whose secret is ${what}`, hmac({ ...header, alg }, claims, secret)]);

  for (const alg of ['RS256', 'PS256', 'ES256', 'ES512']) {
    const pair = await generateKeyPair(alg);
    const token = await new SignJWT(claims).setProtectedHeader({ ...header, alg }).sign(pair.privateKey);
    rows.push([`${alg} of a stranger`, token]);
  }
  for (const alg of ['Ed448', 'ed25519', 'EDDSA', 'HS256', 'RS256', 'ES256'])
    rows.push([`alg ${alg} over our own signature`, await sign({ ...header, alg }, claims, keys.privateKey)]);

  for (const kid of HOSTILE_KIDS) {
    const named = { ...header, kid };
    const shown = JSON.stringify(kid).slice(0, 60);
    rows.push([`kid ${shown}, signed by a stranger`, await sign(named, claims, other.privateKey)]);
    rows.push([`kid ${shown}, HS256 with an empty secret`, hmac({ ...named, alg: 'HS256' }, claims, '')]);
  }

  const pem = (await exportPKCS8(other.privateKey)).replace(/-----[^-]+-----|\s/g, '');
  const brought: Record<string, Header> = {
    jwk: { jwk: otherJwk },
    'jwk and its own kid': { jwk: { ...otherJwk, kid: 'stranger' }, kid: 'stranger' },
    'jwk and no kid': { jwk: otherJwk, kid: undefined },
    jku: { jku: 'http://127.0.0.1:9/jwks.json' },
    'jku with credentials of our host': { jku: 'http://auth@127.0.0.1:9/.well-known/jwks.json' },
    x5u: { x5u: 'http://127.0.0.1:9/cert.pem' },
    x5c: { x5c: [pem] },
    x5t: { x5t: 'AAAA', 'x5t#S256': 'AAAA' },
    'a key as kid': { kid: JSON.stringify(otherJwk) },
  };
  for (const [what, more] of Object.entries(brought))
    rows.push([
      `a key that comes with the token: ${what}`,
      await sign({ ...header, ...more }, claims, other.privateKey),
    ]);

  const odd: Record<string, Header> = {
    'an unknown critical header': { crit: ['exp'], exp: 1 },
    'an unencoded payload': { b64: false, crit: ['b64'] },
    'type JWT': { typ: 'JWT' },
    'no type': { typ: undefined },
    'the type of an id token': { typ: 'id+jwt' },
    'the type of a refresh token': { typ: 'rt+jwt' },
    'a type that is no text': { typ: ['at+jwt'] },
  };
  for (const [what, more] of Object.entries(odd))
    rows.push([what, await sign({ ...header, ...more }, claims, keys.privateKey)]);
  return rows;
}

/** Tokens with our own signature whose claims are wrong. */
async function forgedClaims({ keys, header, claims, now }: TokenParts): Promise<[string, string][]> {
  const wrong: Record<string, readonly unknown[]> = {
    iss: ['evil', '', [claims.iss], 1, null, undefined],
    aud: ['other-api', '', ['other-api'], [], 1, {}, null, undefined],
    sub: [
      '',
      'eve',
      '../../etc/passwd',
      `${claims.sub}\n`,
      `${claims.sub}|x`,
      7,
      [claims.sub],
      {},
      null,
      undefined,
    ],
    email: [{ $gt: '' }, ['ann@example.com'], 1, true, null, undefined],
    guest: [true, false, 'true', 1, null],
    exp: [now, now - 1, 0, -1, String(now + 900), [now + 900], {}, null, undefined],
    nbf: [now + 3600, 2 ** 53, String(now), {}, null],
    iat: [now + 3600, 2 ** 53, String(now), [now], {}, null, undefined],
  };
  const rows: [string, string][] = [];
  for (const [claim, values] of Object.entries(wrong))
    for (const value of values) {
      const token = await sign(header, { ...claims, [claim]: value }, keys.privateKey);
      rows.push([`${claim} ${JSON.stringify(value) ?? 'missing'}`, token]);
    }
  for (const payload of ['', '{', 'null', '[]', '"text"', '7', '{"sub":', '\u0000'])
    rows.push([
      `claims that are ${JSON.stringify(payload)}`,
      await signPayload(header, payload, keys.privateKey),
    ]);
  const late = `${JSON.stringify(claims).slice(0, -1)},"exp":1e400}`;
  rows.push(['an expiry of infinity', await signPayload(header, late, keys.privateKey)]);
  return rows;
}

/** A valid token of which somebody has changed the text. */
async function damaged({ keys, header, claims }: TokenParts): Promise<[string, string][]> {
  const token = await sign(header, claims, keys.privateKey);
  const [head = '', body = '', signature = ''] = token.split('.');
  const eve = encode({ ...claims, sub: randomUUID() });
  return [
    ['no text', ''],
    ['only dots', '..'],
    ['two parts', `${head}.${body}`],
    ['four parts', `${token}.${signature}`],
    ['five parts, as an encrypted token has', `${head}..${body}.${body}.${signature}`],
    ['other claims', `${head}.${eve}.${signature}`],
    ['no claims', `${head}..${signature}`],
    ['no header', `.${body}.${signature}`],
    ['a signature that is cut short', `${head}.${body}.${signature.slice(0, -4)}`],
    ['a signature that is longer', `${head}.${body}.${signature}AAAA`],
    ['a signature of zeros', `${head}.${body}.${'A'.repeat(86)}`],
    ['header and claims in the wrong order', `${body}.${head}.${signature}`],
    ['100 KB of claims', `${head}.${encode({ ...claims, more: 'x'.repeat(100_000) })}.${signature}`],
    ['100 KB of header', `${encode({ ...header, more: 'x'.repeat(100_000) })}.${body}.${signature}`],
    ['10,000 levels of JSON', `${encode('['.repeat(10_000))}.${body}.${signature}`],
    ['100 KB of signature', `${head}.${body}.${'A'.repeat(100_000)}`],
    ['a million dots', '.'.repeat(1_000_000)],
  ];
}

/** Tokens that no service may accept, each for one reason. */
export const forgedTokens = async (parts: TokenParts): Promise<[what: string, token: string][]> => [
  ...(await forgedHeaders(parts)),
  ...(await forgedClaims(parts)),
  ...(await damaged(parts)),
];

/** The token without a fault, which shows that the others are refused for their fault alone. */
export const soundToken = ({ keys, header, claims }: TokenParts): Promise<string> =>
  sign(header, claims, keys.privateKey);
