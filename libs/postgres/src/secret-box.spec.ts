import { encryptionKeys, integrationSecretPlace, SecretBox, type SecretError } from './secret-box.ts';

const key = (fill: number) => Buffer.alloc(32, fill);
const box = new SecretBox([key(1)]);
const place = integrationSecretPlace('acme', 'crm', 'accessToken');

function code(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return (error as SecretError).code;
  }
  return 'opened';
}

test('opens what it sealed, and never seals the same way twice', () => {
  for (const text of ['', 'pat-123', 'ключ 🔑', 'x'.repeat(10_000)]) {
    const sealed = box.seal(text, place);
    expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22}\.[\w-]*$/);
    expect(sealed).not.toBe(box.seal(text, place));
    expect(box.open(sealed, place)).toBe(text);
  }
});

test.each([
  ['tenant', integrationSecretPlace('other', 'crm', 'accessToken')],
  ['row', integrationSecretPlace('acme', 'crm2', 'accessToken')],
  ['column', integrationSecretPlace('acme', 'crm', 'refreshToken')],
  ['table', { ...place, table: 'webhook_secrets' }],
  // Places whose parts would give the same text if they were not escaped.
  ['boundary', { ...place, tenantId: 'acme|integrations', table: '' }],
])('does not open in another %s', (_what, elsewhere) => {
  expect(code(() => box.open(box.seal('secret', place), elsewhere))).toBe('UNREADABLE');
});

test('does not open an altered value, and never shows the content', () => {
  const sealed = box.seal('a secret text', place);
  const parts = sealed.split('.');
  for (const [index, part] of parts.entries()) {
    const altered = part.replace(/^./, (character) => (character === 'A' ? 'B' : 'A'));
    const forged = parts.with(index, altered).join('.');
    expect(code(() => box.open(forged, place))).toMatch(/^(UNREADABLE|KEY_UNKNOWN)$/);
  }
  for (const broken of [
    '',
    'v1',
    'plain text',
    `${sealed}.x`,
    parts.slice(0, 4).join('.'),
    parts.with(3, 'AAAA').join('.'),
  ]) {
    expect(code(() => box.open(broken, place))).toBe('UNREADABLE');
  }
});

test('the first key seals, all keys open', () => {
  const old = box.seal('secret', place);
  const rotated = new SecretBox([key(2), key(1)]);
  expect(rotated.open(old, place)).toBe('secret');
  const fresh = rotated.seal('secret', place);
  expect(code(() => box.open(fresh, place))).toBe('KEY_UNKNOWN');
});

test('reads keys only as hex or base64', () => {
  const keys = encryptionKeys(`${'ab'.repeat(32)}, ${key(7).toString('base64')}`);
  expect(keys).toEqual([Buffer.alloc(32, 0xab), key(7)]);
  for (const wrong of [
    '',
    'short',
    'zz'.repeat(32),
    'ab'.repeat(31),
    `${key(7).toString('base64')}=`,
    'ab'.repeat(32).concat(','),
  ]) {
    expect(code(() => encryptionKeys(wrong))).toBe('KEY_INVALID');
  }
  expect(code(() => new SecretBox([]))).toBe('KEY_INVALID');
});
