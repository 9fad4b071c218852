// A sink that answers for more or fewer events than it was given: nobody can tell whose outcome is whose.

/** A bug of a sink: the outcomes of a batch do not fit its events. */
export class BatchMismatchError extends Error {
  override readonly name = 'BatchMismatchError';
  readonly code = 'BATCH_MISMATCH';

  constructor(events: number, outcomes: number) {
    super(
      `delivering a batch: ${events} events have ${outcomes} outcomes; give one for each, in their order`,
    );
  }
}
