// The shape of a topic of the catalogue: the texts of a conversation, and how likely it is to escalate or qualify.

/** One topic. Slots such as {plan} are filled when a conversation is generated. */
export interface SupportTopic {
  topic: string;
  /** ISO 639-1; absent for English. */
  language?: string;
  page: string;
  /** Probabilities, 0 to 1: that it escalates, and that it becomes a lead. */
  escalates: number;
  qualifies: number;
  triggers: readonly string[];
  openings: readonly string[];
  /** The assistant's answers and the customer's replies, in order. */
  answers: readonly string[];
  replies: readonly string[];
}
