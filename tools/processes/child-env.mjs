// The environment in which services are started.

/** Ours without what npm, jest and a shell put there for themselves. */
export function childEnv() {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|JEST_|OPENAI_|[A-Z]+_PORT$)/.test(name),
  );
  return { ...Object.fromEntries(own), NODE_ENV: 'production' };
}
