// What the runtime tells whoever counts. Labels come from sinks and known event types, never from bodies.

export interface SinkObserver {
  /** A delivery has its effect: seconds since the event was accepted. */
  effect(sink: string, seconds: number): void;
  /** An attempt or a decision: `delivered`, `skipped`, `dead`, `retry`, `broken`, `threw`, `interrupted`. */
  outcome(sink: string, eventType: string, outcome: string): void;
  /** A field of an event was left out, because it does not fit its schema; told at each attempt. */
  leftOut(sink: string, eventType: string, field: string): void;
  /** No integration wanted this event. */
  unclaimed(sink: string, eventType: string): void;
}
