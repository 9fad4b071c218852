// What a topic of the catalogue has: the words of a conversation, and what may become of it.

/** One topic. Slots such as {plan} are filled when a conversation is generated. */
export interface SupportTopic {
  topic: string;
  /** ISO 639-1, where it is not English. */
  language?: string;
  page: string;
  /** Probability that a human is needed, and that sales wants to hear of it. */
  escalates: number;
  qualifies: number;
  triggers: readonly string[];
  openings: readonly string[];
  /** Follow-ups in a sensible order: the assistant answers, the customer goes on. */
  answers: readonly string[];
  replies: readonly string[];
}
