// A delivery as the runtime holds it in memory, from claim to outcome.

/** A row of the ledger that this process has claimed. */
export interface LedgerRow {
  readonly id: number;
  readonly sink: string;
  readonly integrationId: string;
  readonly orderingKey: string;
  readonly eventId: string;
  readonly tenantId: string;
  readonly eventType: string;
  readonly eventTime: string | null;
  readonly acceptedAt: Date;
  /** Attempts used up so far. */
  readonly attempts: number;
  /** Results of finished steps, by name. */
  readonly steps: Readonly<Record<string, unknown>>;
  readonly body: Buffer | null;
  /** The integration was at fault last time: a success clears that. */
  readonly afterHold: boolean;
}

/** What must stay in order together: one integration's rows of one ordering key. */
export function laneKey(row: Pick<LedgerRow, 'integrationId' | 'orderingKey'>): string {
  return `${row.integrationId}\0${row.orderingKey}`;
}
