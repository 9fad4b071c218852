// A dialogue: what is said in a conversation. It has the shape of a line of a dialogue file.

export const senders = ['customer', 'ai', 'agent'] as const;

export interface Turn {
  sender: (typeof senders)[number];
  text: string;
}

/** A dialogue, generated or from a file. A field that is left out is chosen at random, by the seed. */
export interface Dialogue {
  id?: string;
  topic?: string;
  /** ISO 639-1; absent for English. */
  language?: string;
  customer?: { name?: string; email?: string };
  turns: Turn[];
  escalate?: boolean;
  /** Qualification score, 0 to 100; `false` for a conversation that must not become a lead. */
  qualify?: number | false;
}
