// The forms in which a secret may appear in a text: as it is, escaped, inside base64, or a part of it when it is a URL.

/** A form of a secret. */
export interface SecretForm {
  /** One character per byte. */
  readonly bytes: string;
  /** True for base64: the character before it and the one behind it hold bits of the secret too. */
  readonly edges: boolean;
}

/** A shorter secret is not masked: many people use `X` as a filler, and masking it would make every answer unreadable. */
const MIN_LENGTH = 4;
/** Segments of a path that are random are at least this long; words are shorter. */
const MIN_SEGMENT = 16;

/** All forms of the secrets. */
export function formsOf(secrets: readonly string[]): readonly SecretForm[] {
  const found = new Map<string, SecretForm>();
  const add = (text: string, edges: boolean): void => {
    for (const form of escapedForms(text)) {
      const bytes = Buffer.from(form).toString('latin1');
      if (!found.has(bytes)) found.set(bytes, { bytes, edges });
    }
  };
  for (const secret of secrets.flatMap(withParts)) {
    add(secret, false);
    for (const core of base64Cores(secret)) {
      add(core, true);
      add(core.replaceAll('+', '-').replaceAll('/', '_'), true);
    }
  }
  return [...found.values()];
}

function withParts(given: string): string[] {
  // A lone surrogate is sent as the replacement character.
  const secret = Buffer.from(given.trim()).toString();
  return [secret, ...urlParts(secret)].filter((part) => part.length >= MIN_LENGTH);
}

// The secret part of a webhook's URL is its end, and answers repeat that without the host.
function urlParts(secret: string): string[] {
  if (!/^https?:\/\//i.test(secret) || !URL.canParse(secret)) return [];
  const { pathname, searchParams } = new URL(secret);
  const path = pathname.slice(1);
  const segments = path.split('/').filter((segment) => segment.length >= MIN_SEGMENT);
  return [path, ...segments, ...searchParams.values()];
}

// The search undoes escapes as well, but the character before a secret can change how an escape is read.
function escapedForms(text: string): string[] {
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const json = JSON.stringify(text).slice(1, -1);
  return [text, text.replaceAll(' ', '+'), form, encodeURIComponent(text), json];
}

// Base64 of a text with the secret has the secret at one of three offsets. Its first and last characters may hold bits of a
// neighbour, so they are left out here.
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    return text.slice(offset === 0 ? 0 : offset + 1, whole);
  });
}
