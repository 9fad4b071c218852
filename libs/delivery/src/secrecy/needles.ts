// What a secret looks like where somebody repeats it: as it is, escaped, inside base64, or a part of it when it is a URL.

/** A form of a secret, as bytes of one character each. */
export interface Needle {
  readonly bytes: string;
  /** Base64 around it holds bits of the secret too: one character on either side. */
  readonly edges: boolean;
}

/** Below this a secret is no secret, and masking it would shred every answer: many use `X` as a filler. */
const MIN_LENGTH = 4;
/** Words in a path are shorter than what was made at random. */
const MIN_SEGMENT = 16;

/** Every form of the secrets. */
export function needlesOf(secrets: readonly string[]): readonly Needle[] {
  const found = new Map<string, Needle>();
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
  // A lone surrogate goes over the wire as the replacement character, if at all.
  const secret = Buffer.from(given.trim()).toString();
  return [secret, ...urlParts(secret)].filter((part) => part.length >= MIN_LENGTH);
}

// A webhook's URL is a secret for what it ends with, and answers repeat that without the host.
function urlParts(secret: string): string[] {
  if (!/^https?:\/\//i.test(secret) || !URL.canParse(secret)) return [];
  const { pathname, searchParams } = new URL(secret);
  const path = pathname.slice(1);
  const segments = path.split('/').filter((segment) => segment.length >= MIN_SEGMENT);
  return [path, ...segments, ...searchParams.values()];
}

// Escapes are undone before the search as well, but what stands before a secret can make them read otherwise.
function escapedForms(text: string): string[] {
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const json = JSON.stringify(text).slice(1, -1);
  return [text, text.replaceAll(' ', '+'), form, encodeURIComponent(text), json];
}

// Base64 of anything that holds the secret has it at one of three offsets; its first and last character may hold bits of
// a neighbour as well, so they are left out here.
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
