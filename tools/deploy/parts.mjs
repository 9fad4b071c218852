// Generates the parts of pages that list the sinks: services of docker-compose.yml, values of the Helm chart, the table
// of docs/sinks.md.

/** @typedef {import('./sinks.mjs').SinkFolder} SinkFolder */

/** A service for each folder, in the words of docker-compose.yml. @param {SinkFolder[]} folders */
export function composeServices(folders) {
  return folders
    .map(({ folder }) =>
      [
        `  ${folder}:`,
        '    <<: *service',
        `    build: { context: ., dockerfile: deploy/docker/Dockerfile, args: { APP: ${folder} } }`,
        `    image: switchboard/${folder}`,
      ].join('\n'),
    )
    .join('\n\n');
}

/** A deployment for each folder. @param {SinkFolder[]} folders */
export function helmValues(folders) {
  const entries = folders.flatMap(({ folder, sinks }) => [
    `  # ${sinks.map(({ name }) => name).join(', ')}`,
    `  ${folder}: { replicas: 2, env: {}, resources: {} }`,
  ]);
  return ['sinks:', ...entries].join('\n');
}

/** What a repeated call does over there, by what the sink says of itself. @type {Record<string, string>} */
const REPEATED = {
  upsert: 'writes the same object again',
  'external-id': 'is found by our id',
  'key-header': 'is known by its `Idempotency-Key`',
  none: 'may have its effect twice',
};

/** @param {SinkFolder[]} folders */
export function sinkTable(folders) {
  const rows = folders.flatMap(({ folder, sinks }) =>
    sinks.map(({ name, accepts, needs, idempotency, stability }) => {
      const types = accepts.map((type) => `\`${type}\``).join(', ');
      const needed = [...new Set(needs)]
        .map((places) =>
          places
            .split(' or ')
            .map((place) => `\`${place}\``)
            .join(' or '),
        )
        .join(', ');
      return `| \`${name}\` | [apps/${folder}](../apps/${folder}/src) | ${types} | ${needed || 'nothing'} | ${REPEATED[idempotency]} | ${stability} |`;
    }),
  );
  const head = [
    '| sink | code | takes | needs | a repeated call | stability |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}
