// No container engine is needed to see that the compose file fits the apps, and the image file the promises made of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly args: { readonly APP: string } };
  readonly environment?: Record<string, string>;
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly healthcheck?: object;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
};
const services = Object.entries(compose.services);
const built = services.filter(([, service]) => service.build);

test('every app has one service and one image, and nothing else is built', () => {
  expect(built.map(([name]) => name).sort()).toEqual(readdirSync(join(root, 'apps')).sort());
  for (const [name, service] of built) {
    expect(service.build?.args.APP).toBe(name);
    expect(service.image).toBe(`switchboard/${name}`);
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

test('the broker is the version that npm start runs', () => {
  const pom = read('tools/dev/kafka/pom.xml');
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

test('images run as another user than root, from one file of two stages, with a health check', () => {
  const dockerfile = read('deploy/docker/Dockerfile');
  expect(dockerfile.match(/^FROM /gm)).toHaveLength(2);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});
