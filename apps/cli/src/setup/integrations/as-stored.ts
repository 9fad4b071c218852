// Whether what is stored is what a file says, so that applying the same file again changes nothing; and what was changed.

/** What an apply did, by id. */
export interface ApplyReport {
  readonly created: string[];
  readonly changed: string[];
  readonly unchanged: string[];
  /** Those among the changed that were switched off and are on again, with why they were off where that is known. */
  readonly enabled: string[];
  /** Secrets, of whatever integration or tenant, that an older key had sealed and the first one has now. */
  resealed: number;
}

/** Whether a sealed value compares; one that does not open (another key, altered) is different and is sealed anew. */
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
