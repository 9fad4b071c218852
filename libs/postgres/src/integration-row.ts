// What the table of integrations holds, for whoever writes it and whoever delivers by it.

/** The settings of an integration as they are stored; what is in them is checked by whoever reads them. */
export interface StoredSettings {
  readonly config: Readonly<Record<string, unknown>>;
  /** Sealed, by field. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly mapping: unknown;
  readonly rules: unknown;
  readonly delivery: unknown;
}

/** The columns that every reader of an integration needs. */
export interface IntegrationRow extends StoredSettings {
  readonly tenant_id: string;
  readonly sink: string;
  readonly active: boolean;
}
