// What the command is called where it was called, so that its help can be typed as it stands: npm names the script it runs.
const byNpm = process.env['npm_lifecycle_event'] === 'dlq';

/** As an error begins. */
export const dlqName = byNpm ? 'npm run dlq' : 'dlq';

/** As a command line begins. */
export const dlqCalled = byNpm ? 'npm run dlq --' : 'dlq';
