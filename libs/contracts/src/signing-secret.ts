// The shortest signing secret, for ingest, which checks signatures, and for setup, which stores the secrets.

/** A shorter secret could be guessed. */
export const MIN_SECRET_BYTES = 24;
