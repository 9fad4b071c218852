// The columns of the integrations table, for the code that writes it and the code that delivers by it.

/** The stored settings of an integration. Their content is not checked here: each reader does that. */
export interface StoredSettings {
  readonly config: Readonly<Record<string, unknown>>;
  /** Encrypted (secret-box.ts), by field. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly mapping: unknown;
  readonly rules: unknown;
  readonly delivery: unknown;
}

/** The columns that each reader of an integration needs. */
export interface IntegrationRow extends StoredSettings {
  readonly tenant_id: string;
  readonly sink: string;
  readonly active: boolean;
}
