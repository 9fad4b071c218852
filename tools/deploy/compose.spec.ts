// No container engine is needed to see that the compose file fits the apps, and the image file the promises made of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly args: { readonly APP: string } };
  readonly environment?: Record<string, string>;
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
};
const services = Object.entries(compose.services);
const built = services.filter(([, service]) => service.build);

test('every app has one service and one image, and nothing else is built', () => {
  const appOf = (name: string) => (name === 'setup' ? 'cli' : name);
  expect(built.map(([name]) => appOf(name)).sort()).toEqual(readdirSync(join(root, 'apps')).sort());
  for (const [name, service] of built) {
    expect(service.build?.args.APP).toBe(appOf(name));
    expect(service.image).toBe(`switchboard/${appOf(name)}`);
    expect(existsSync(join(root, service.build?.dockerfile ?? ''))).toBe(true);
  }
});

test('Kafka and Postgres are the official images, with pinned versions and health checks', () => {
  for (const [name, image] of [
    ['kafka', /^apache\/kafka:\d+\.\d+\.\d+$/],
    ['postgres', /^postgres:\d+-alpine$/],
  ] as const) {
    expect(compose.services[name]?.image).toMatch(image);
    expect(compose.services[name]?.healthcheck).toBeDefined();
  }
});

test('what Kafka and Postgres write is on volumes that outlive their containers', () => {
  // Where the images write: Kafka where KAFKA_LOG_DIRS says, Postgres from 18 on below /var/lib/postgresql.
  const places = {
    kafka: compose.services['kafka']?.environment?.['KAFKA_LOG_DIRS'],
    postgres: '/var/lib/postgresql',
  };
  expect(places.kafka).toMatch(/^\/[\w/-]+$/);
  expect(compose.services['postgres']?.image).toMatch(/^postgres:(1[89]|[2-9]\d)-/);
  for (const [name, place] of Object.entries(places)) {
    const mounts = (compose.services[name]?.volumes ?? []).map((volume) => volume.split(':'));
    const [[volume = ''] = []] = mounts.filter(([, path]) => path === place);
    expect(Object.keys(compose.volumes)).toContain(volume);
  }
});

test('the broker is the version that npm start runs', () => {
  const pom = read('tools/servers/kafka/pom.xml');
  const version = compose.services['kafka']?.image.split(':')[1] ?? '';
  expect(pom).toContain(version);
});

test('services start after the set-up, which starts after healthy servers', () => {
  for (const [name, service] of built) {
    if (name === 'setup' || name === 'sandbox') continue;
    expect(service.depends_on).toEqual({ setup: { condition: 'service_completed_successfully' } });
  }
  expect(Object.keys(compose.services['setup']?.depends_on ?? {}).sort()).toEqual(['kafka', 'postgres']);
});

test('no secret stands in the file: each comes from the environment and is asked for', () => {
  for (const [, service] of services) {
    for (const [name, value] of Object.entries(service.environment ?? {})) {
      // Without a value it is handed on where the environment has one.
      if (/KEY|TOKEN|SECRET|PASSWORD/.test(name) && value !== null) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
    }
  }
});

test('images run as another user than root, in a last stage without sources, with a health check', () => {
  const dockerfile = read('deploy/docker/Dockerfile');
  const [last = ''] = dockerfile.split(/^FROM /m).slice(-1);
  expect(last.match(/^COPY .*/gm)).toEqual(['COPY --from=build /src/dist/${APP}/*.mjs ./']);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});

test('an edit of a source does not install the packages again: npm reads manifests that were copied alone', () => {
  const stages = read('deploy/docker/Dockerfile').split(/^FROM /m);
  const stage = (name: string) => stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';
  expect(stage('manifests')).toContain('find libs apps -type f ! -name package.json -delete');
  const [before = '', after = ''] = stage('build').split(/^RUN npm ci.*$/m);
  expect(before.match(/^COPY .*/gm)).toEqual(['COPY --from=manifests /src ./']);
  expect(after.match(/^COPY .*/gm)).toEqual(
    expect.arrayContaining(['COPY libs libs', 'COPY apps apps', 'COPY tools tools']),
  );
});
