// The name under which the command was started (npm puts the script's name into the environment), so that its help can
// be copied and run.
const byNpm = process.env['npm_lifecycle_event'] === 'dlq';

/** The name for error messages. */
export const dlqName = byNpm ? 'npm run dlq' : 'dlq';

/** The beginning of a command line. */
export const dlqCommand = byNpm ? 'npm run dlq --' : 'dlq';
