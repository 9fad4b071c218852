// Encrypts secrets at rest: AES-256-GCM, bound to the place where the secret is stored, so that a sealed value copied to
// another row, column or tenant cannot be opened. The first key seals, all keys open: that allows key rotation.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where a sealed value is stored. */
export interface SecretPlace {
  readonly tenantId: string;
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

/** The place of one secret field of an integration. */
export function integrationSecretPlace(tenantId: string, integrationId: string, field: string): SecretPlace {
  return { tenantId, table: 'integrations', column: `secrets.${field}`, rowId: integrationId };
}

/** The place of the OAuth 2 tokens of an integration. */
export function integrationTokenPlace(tenantId: string, integrationId: string): SecretPlace {
  return integrationSecretPlace(tenantId, integrationId, 'oauth2');
}

/** The place of one secret field of unsaved settings, in the job that tries them. */
export function jobSecretPlace(tenantId: string, jobId: string, field: string): SecretPlace {
  return { tenantId, table: 'sink_job', column: `settings.secrets.${field}`, rowId: jobId };
}

/** The place of a tenant's webhook secret. */
export function webhookSecretPlace(tenantId: string, secretId: string): SecretPlace {
  return { tenantId, table: 'webhook_secrets', column: 'sealed', rowId: secretId };
}

/** The place of a tenant's own API key of the model. */
export function tenantModelKeyPlace(tenantId: string): SecretPlace {
  return { tenantId, table: 'tenant_insight', column: 'api_key', rowId: tenantId };
}

/** `KEY_INVALID`: not 32 bytes. `KEY_UNKNOWN`: sealed with a key we do not have. `UNREADABLE`: altered, or sealed elsewhere. */
export type SecretErrorCode = 'KEY_INVALID' | 'KEY_UNKNOWN' | 'UNREADABLE';

/** A secret cannot be sealed or opened. The error never contains the secret. */
export class SecretError extends Error {
  override readonly name = 'SecretError';

  constructor(
    readonly code: SecretErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Parses ENCRYPTION_KEY: 32 bytes as hex or base64, or several such keys separated by commas. */
export function encryptionKeys(text: string): Buffer[] {
  return text.split(',').map((part) => {
    const key = part.trim();
    const isHex = /^[0-9a-f]{64}$/i.test(key);
    const bytes = Buffer.from(key, isHex ? 'hex' : 'base64');
    // Node ignores characters that are not base64, so the text must come out the same when it is encoded again.
    const isWhole = isHex || bytes.toString('base64') === key;
    if (bytes.length !== KEY_BYTES || !isWhole) {
      throw new SecretError(
        'KEY_INVALID',
        'reading ENCRYPTION_KEY: give 32 bytes as 64 hex digits or as base64',
      );
    }
    return bytes;
  });
}

/** Which key sealed a value: the first one, another one of ours, or one that we do not have. */
export type SealedBy = 'first' | 'older' | 'unknown';

/** Seals and opens secrets. */
export class SecretBox {
  private readonly keys = new Map<string, Buffer>();
  private readonly writer: string;

  constructor(keys: readonly Buffer[]) {
    const [first] = keys;
    if (first === undefined || keys.some((key) => key.length !== KEY_BYTES)) {
      throw new SecretError(
        'KEY_INVALID',
        `creating a secret box: give at least one key of ${KEY_BYTES} bytes`,
      );
    }
    for (const key of keys) this.keys.set(keyId(key), key);
    this.writer = keyId(first);
  }

  /** Seals a text for its place: `v1.keyId.iv.tag.ciphertext`, each part base64url. */
  seal(plain: string, place: SecretPlace): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.writer) as Buffer, iv, {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(authenticatedPlace(place));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    const parts = [iv, cipher.getAuthTag(), sealed].map((bytes) => bytes.toString('base64url'));
    return ['v1', this.writer, ...parts].join('.');
  }

  /** Reads which key sealed a value, without opening it. */
  sealedBy(sealed: string): SealedBy {
    const [, id = ''] = sealed.split('.');
    if (id === this.writer) return 'first';
    return this.keys.has(id) ? 'older' : 'unknown';
  }

  /** Opens a value that was sealed for this place. Throws SecretError. */
  open(sealed: string, place: SecretPlace): string {
    const [version, id = '', ...rest] = sealed.split('.');
    const [iv, tag, text] = rest.map((part) => Buffer.from(part, 'base64url'));
    if (
      version !== 'v1' ||
      rest.length !== 3 ||
      iv?.length !== IV_BYTES ||
      tag?.length !== TAG_BYTES ||
      !text
    ) {
      throw new SecretError(
        'UNREADABLE',
        `opening ${where(place)}: not a sealed value; set the secret again`,
      );
    }
    const key = this.keys.get(id);
    if (key === undefined) {
      throw new SecretError(
        'KEY_UNKNOWN',
        `opening ${where(place)}: sealed with key ${id}; add that key to ENCRYPTION_KEY or set the secret again`,
      );
    }
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(authenticatedPlace(place));
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new SecretError(
        'UNREADABLE',
        `opening ${where(place)}: altered, or sealed for another place; set the secret again`,
        { cause },
      );
    }
  }
}

function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 8);
}

// Parts are escaped so that no two places have the same text.
function authenticatedPlace({ tenantId, table, column, rowId }: SecretPlace): Buffer {
  return Buffer.from([tenantId, table, column, rowId].map(encodeURIComponent).join('|'), 'utf8');
}

function where({ table, column, rowId }: SecretPlace): string {
  return `the secret ${table}.${column} of "${rowId}"`;
}
