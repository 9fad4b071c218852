// What the runtime reports to metrics. Labels come from sinks and known event types, never from bodies.

/** Receives what the runtime reports. */
export interface SinkObserver {
  /** A delivery has its effect, so many seconds after the event was accepted. */
  effect(sink: string, seconds: number): void;
  /** An attempt or a decision: `delivered`, `skipped`, `dead`, `retry`, `broken`, `threw`, `interrupted`. */
  outcome(sink: string, eventType: string, outcome: string): void;
  /** A field of an event was left out, because it does not fit its schema. Reported at each attempt. */
  leftOut(sink: string, eventType: string, field: string): void;
  /** No integration wants this event. */
  unwanted(sink: string, eventType: string): void;
}
