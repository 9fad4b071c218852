import fc from 'fast-check';
import { readSignature, type SigningSecret, sign, Verifier, type SignerResult } from './signature.ts';

const body = Buffer.from('{"event":"message.sent","data":{}}');
const secret = (text: string, tenantId?: string): SigningSecret => ({ tenantId, secret: Buffer.from(text) });
const old = secret('an-old-secret-of-acme-0000', 'acme');
const fresh = secret('a-fresh-secret-of-acme-000', 'acme');
const other = secret('the-secret-of-globex-00000', 'globex');
const wide = secret('the-platform-wide-secret-0');
const all = [old, fresh, other, wide];
const LARGE = 256 * 1024;

function signerOf(
  bytes: Buffer,
  header: string | undefined,
  secrets: readonly SigningSecret[],
): SignerResult | Promise<SignerResult> {
  const signature = readSignature(header);
  return signature && new Verifier(2 * LARGE).signerOf(bytes, signature, secrets, true);
}

test.each([old, fresh, other, wide])('finds the secret that signed, in any case of hex', (signer) => {
  const header = sign(body, signer.secret);
  expect(signerOf(body, header, all)).toBe(signer);
  expect(signerOf(body, `sha256=${header.slice(7).toUpperCase()}`, all)).toBe(signer);
});

test('a vector made with openssl', () => {
  // printf '%s' '{"event":"message.sent","data":{}}' | openssl dgst -sha256 -hmac the-secret-of-globex-00000
  expect(sign(body, other.secret)).toBe(
    'sha256=4099dd2ff86aabfa26e27552bed50fb74108628998234205158b708c154673c2',
  );
});

test.each([
  undefined,
  '',
  'sha256=',
  'sha256=abc',
  `sha1=${'0'.repeat(64)}`,
  `sha256=${'0'.repeat(63)}`,
  `sha256=${'0'.repeat(66)}`,
  `sha256=${'g'.repeat(64)}`,
  `${sign(body, fresh.secret)} `,
  `${sign(body, fresh.secret)}, ${sign(body, old.secret)}`,
])('refuses the header %j', (header) => {
  expect(signerOf(body, header, all)).toBeUndefined();
});

test('no altered byte, secret or header is accepted', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, flip) => {
        const header = sign(Buffer.from(bytes), fresh.secret);
        const altered = Buffer.from(bytes);
        altered[at % altered.length] = (altered[at % altered.length] as number) ^ flip;
        expect(signerOf(Buffer.from(bytes), header, all)).toBe(fresh);
        expect(signerOf(altered, header, all)).toBeUndefined();
        expect(signerOf(Buffer.from(bytes), header, [other, wide])).toBeUndefined();
      },
    ),
  );
});

test('a large body is checked in turns: others run meanwhile, and its signer is found', async () => {
  const large = Buffer.alloc(LARGE, 'a');
  const many = Array.from({ length: 20 }, (_, index) => secret(`one-of-many-secrets-${index}`, 'acme'));
  const last = many.at(-1) as SigningSecret;
  let turns = 0;
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  expect(await signerOf(large, sign(large, last.secret), many)).toBe(last);
  clearImmediate(counting);
  expect(turns).toBeGreaterThanOrEqual(many.length - 1);
});

test('when too many bytes wait, a large body is refused, a small one is not, and later all are accepted', async () => {
  const large = Buffer.alloc(LARGE, 'a');
  const signature = readSignature(sign(large, fresh.secret)) as Buffer;
  const verifier = new Verifier(4 * LARGE);
  const check = (named: boolean) => verifier.signerOf(large, signature, all, named);
  const waiting = [check(false), check(false)];
  expect(check(false)).toBe('busy');
  // Bodies that name no tenant take no room from those that do.
  waiting.push(check(true), check(true));
  expect(check(true)).toBe('busy');
  expect(verifier.signerOf(body, readSignature(sign(body, old.secret)) as Buffer, all, false)).toBe(old);
  expect(await Promise.all(waiting)).toEqual([fresh, fresh, fresh, fresh]);
  expect(await Promise.all([check(true), check(false)])).toEqual([fresh, fresh]);
});
