// What is said in a conversation, apart from how it is turned into events: the shape of a line of a dialogue file.

export const senders = ['customer', 'ai', 'agent'] as const;

export interface Turn {
  sender: (typeof senders)[number];
  text: string;
}

/** A dialogue, generated or read from a file. What is left out is decided by chance, the same for the same seed. */
export interface Dialogue {
  id?: string;
  topic?: string;
  /** ISO 639-1, where it is not English. */
  language?: string;
  customer?: { name?: string; email?: string };
  turns: Turn[];
  escalate?: boolean;
  /** Qualification score, 0 to 100; `false` for a conversation that must not become a lead. */
  qualify?: number | false;
}
