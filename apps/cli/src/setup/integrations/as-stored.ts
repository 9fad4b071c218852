// Compares stored values with those of a file, so that applying the same file again changes nothing; and the report of
// what was changed.

/** What an apply did, by id. */
export interface ApplyReport {
  readonly created: string[];
  readonly changed: string[];
  readonly unchanged: string[];
  /** Those of the changed ones that are switched on again, with why they were disabled if known. */
  readonly enabled: string[];
  /** Number of stored secrets that were encrypted with an older key and now are with the first one. */
  resealed: number;
}

/** Whether an encrypted value is equal. One that cannot be decrypted counts as different, and is stored again. */
export function opens(compare: () => boolean): boolean {
  try {
    return compare();
  } catch {
    return false;
  }
}

/** JSON with sorted keys: jsonb does not keep their order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
