// Which servers a test run or a bench may use: those of TEST_KAFKA_BROKERS and TEST_DATABASE_URL, and no others.

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ kafka: string | undefined, postgres: string | undefined, ignored: string[] }}
 *   undefined: to be started; `ignored` has a sentence for each variable that names a server and is not followed
 */
export function testServers(env) {
  const kafka = env['TEST_KAFKA_BROKERS'] || undefined;
  const postgres = env['TEST_DATABASE_URL'] || undefined;
  const ignored = [
    ...(env['KAFKA_BROKERS'] && !kafka ? [sentence('KAFKA_BROKERS', 'TEST_KAFKA_BROKERS')] : []),
    ...(env['DATABASE_URL'] && !postgres ? [sentence('DATABASE_URL', 'TEST_DATABASE_URL')] : []),
  ];
  return { kafka, postgres, ignored };
}

/** @param {string} variable @param {string} other */
function sentence(variable, other) {
  return `${variable} is set and not used here: fresh servers are started. To use a server that exists, set ${other}.`;
}
