// The door checks signatures with these secrets and setup stores them: one rule for both.

/** Shorter signing secrets can be guessed. */
export const MIN_SECRET_BYTES = 24;
