// Which integrations do not want an event, by the rules of their tenants: decided before the statement that takes it in.

/** What an intake knows of rules: the versions it went by, and the pairs that they rule out. */
export interface RuleDecisions {
  readonly known: ReadonlyMap<string, string>;
  readonly unwanted: readonly { readonly position: number; readonly integrationId: string }[];
}
