import { IntegrationsFileError, parseIntegrations } from './integrations-file.ts';

const good = `tenants:
  - id: acme
    webhook_secrets: ['\${ACME_SECRET}', 'a-second-secret-of-acme-0']
integrations:
  - id: acme-hubspot
    tenant: acme
    sink: hubspot
    active_from: 2026-01-01T00:00:00Z
    config: { baseUrl: 'https://crm.example.com' }
    secrets: { accessToken: pat-1 }
    rules: [{ field: data.qualification_score, gte: 75 }]
    mapping: { phone: data.customer_phone }
    delivery: { retry: { attempts: 5 } }
`;
const env = { ACME_SECRET: 'the-first-secret-of-acme-1' };
const faults = (text: string): string[] => {
  try {
    parseIntegrations(text, 'integrations.yaml', env);
  } catch (error) {
    if (error instanceof IntegrationsFileError) return error.message.split('\n').slice(1);
    throw error;
  }
  throw new Error('no fault was found');
};

test('a variable that is not set is one fault, without a second one for its empty text', () => {
  expect(faults(good.replace('ACME_SECRET', 'OTHER'))).toHaveLength(1);
});

test('line breaks and blanks around the value of a variable are removed', () => {
  const env = { TOKEN: ' pat-12345678\r\n', BLANK: ' \n' };
  const text = "integrations: [{ id: a, tenant: acme, sink: hubspot, secrets: { accessToken: '${TOKEN}' } }]";
  const [one] = parseIntegrations(text, 'f.yaml', env).integrations;
  expect(one?.secrets).toEqual({ accessToken: 'pat-12345678' });
  expect(() => parseIntegrations(text.replace('TOKEN', 'BLANK'), 'f.yaml', env)).toThrow(
    'the variable BLANK is not set',
  );
});

test('reads a file, with variables and defaults', () => {
  expect(parseIntegrations(good, 'f', env)).toMatchObject({
    tenants: [{ id: 'acme', webhook_secrets: ['the-first-secret-of-acme-1', 'a-second-secret-of-acme-0'] }],
    integrations: [
      {
        id: 'acme-hubspot',
        tenant: 'acme',
        sink: 'hubspot',
        active: true,
        active_from: new Date('2026-01-01T00:00:00Z'),
        config: { baseUrl: 'https://crm.example.com' },
        secrets: { accessToken: 'pat-1' },
        rules: [{ field: 'data.qualification_score', gte: 75 }],
        mapping: { phone: 'data.customer_phone' },
        delivery: { retry: { attempts: 5 } },
      },
    ],
  });
  expect(parseIntegrations('', 'f', env)).toMatchObject({ tenants: [], integrations: [] });
});

test('a tenant can have its own model key, limits and names', () => {
  const set = good.replace(
    'integrations:',
    `    model: { api_key: '\${ACME_SECRET}', tokens_per_day: 0, usd_per_month: 12.5 }
    products: [Rocket, ' Magnet ']
    competitors: [Umbrella]
integrations:`,
  );
  expect(parseIntegrations(set, 'f', env).tenants).toMatchObject([
    {
      model: { api_key: env.ACME_SECRET, tokens_per_day: 0, usd_per_month: 12.5 },
      products: ['Rocket', 'Magnet'],
      competitors: ['Umbrella'],
    },
  ]);
  expect(parseIntegrations(good, 'f', env).tenants).toMatchObject([
    { model: {}, products: [], competitors: [] },
  ]);
});

test.each([
  ['{ tokens_per_day: 1.5 }', ':4: tenants.0.model.tokens_per_day'],
  ['{ tokens_per_month: -1 }', ':4: tenants.0.model.tokens_per_month'],
  ['{ usd_per_day: -0.01 }', ':4: tenants.0.model.usd_per_day'],
  ['{ usd_per_month: much }', ':4: tenants.0.model.usd_per_month'],
  ['{ api_key: "" }', ':4: tenants.0.model.api_key'],
  ['{ api_key: "sk 1" }', ':4: tenants.0.model.api_key: must be printable'],
  ['{ api_key: "sk-1\\n" }', ':4: tenants.0.model.api_key: must be printable'],
  ['{ api_key: "sk-\\u00e9" }', ':4: tenants.0.model.api_key: must be printable'],
  ['{ usd_per_week: 1 }', ':4: tenants.0.model.usd_per_week: is not a known field'],
])('names the line of invalid limits: %s', (model, expected) => {
  expect(faults(good.replace('integrations:', `    model: ${model}\nintegrations:`)).join('\n')).toContain(
    expected,
  );
});

describe.each(['products', 'competitors'])('%s', (list) => {
  const named = (names: readonly string[]) =>
    good.replace(
      'integrations:',
      `    ${list}:\n${names.map((name) => `      - ${name}\n`).join('')}integrations:`,
    );

  test('are 200 names of 100 characters at most', () => {
    const most = Array.from({ length: 200 }, (_, index) => `n${index}`.padEnd(100, 'x'));
    expect(parseIntegrations(named(most), 'f', env).tenants).toMatchObject([{ [list]: most }]);
    expect(faults(named([...most, 'more'])).join('\n')).toMatch(
      new RegExp(`^integrations.yaml:5: tenants.0.${list}: .*200`),
    );
    expect(faults(named(['short', 'x'.repeat(101)])).join('\n')).toMatch(
      new RegExp(`^integrations.yaml:6: tenants.0.${list}.1: .*100`),
    );
  });

  test.each([['"a\\0b"'], ['"\\ud800"']])('cannot contain what Postgres cannot store: %s', (name) => {
    expect(faults(named(['short', name]))).toEqual([
      expect.stringContaining(`:6: tenants.0.${list}.1: has a NUL or half`),
    ]);
  });
});

test.each([
  [
    'an invalid tenant id',
    good.replace('tenant: acme', 'tenant: "a b"'),
    ':6: integrations.0.tenant: is not a tenant id',
  ],
  [
    'an unknown field',
    good.replace('sink: hubspot', 'sink: hubspot\n    colour: red'),
    ':8: integrations.0.colour: is not a known field',
  ],
  ['a missing field', good.replace('    sink: hubspot\n', ''), 'integrations.0.sink'],
  [
    'a short secret',
    good.replace('a-second-secret-of-acme-0', 'short'),
    ':3: tenants.0.webhook_secrets.1: needs 24 bytes',
  ],
  [
    'a variable that is not set',
    good.replace('ACME_SECRET', 'OTHER'),
    ':3: tenants.0.webhook_secrets.0: the variable OTHER is not set',
  ],
  [
    'a repeated id',
    `${good}  - { id: acme-hubspot, tenant: acme, sink: slack }\n`,
    ':14: integrations.1.id: "acme-hubspot" is there twice',
  ],
  [
    'a secret with two owners',
    good.replace(
      'integrations:',
      "  - { id: globex, webhook_secrets: ['a-second-secret-of-acme-0'] }\nintegrations:",
    ),
    ':4: tenants.1.webhook_secrets.0: is already a secret of acme',
  ],
  ['an invalid rule', good.replace('gte: 75', 'over: 75'), ':11: integrations.0.rules.0'],
  [
    'too many conditions',
    good.replace('[{ field', `[${'{ field: data.a, exists: true }, '.repeat(50)}{ field`),
    ':11: integrations.0.rules: has 51 conditions',
  ],
  [
    'an invalid delivery setting',
    good.replace('attempts: 5', 'attempts: 0'),
    ':13: integrations.0.delivery.retry.attempts: ',
  ],
  [
    'an unknown delivery setting',
    good.replace('attempts: 5', 'times: 5'),
    ':13: integrations.0.delivery.retry.times: is not a known field',
  ],
  [
    'an unknown kind of failure',
    good.replace('retry: { attempts: 5 }', "retry_on: ['6xx']"),
    ':13: integrations.0.delivery.retry_on.0: must be a status from 200 to 599, or one of 2xx, 3xx, 4xx, 5xx, timeout, ',
  ],
  ['an invalid time', good.replace('2026-01-01T00:00:00Z', 'soon'), ':8: integrations.0.active_from'],
  [
    'a NUL in a setting',
    good.replace("crm.example.com'", 'x\', name: "\\0"'),
    ':9: integrations.0.config.name: has a NUL',
  ],
  [
    'a NUL in the name of a setting',
    good.replace('baseUrl:', '"a\\0": 1, baseUrl:'),
    ':9: integrations.0.config.a\0: has a NUL',
  ],
  ['broken YAML', good.replace('{ phone', '{ phone: {'), 'integrations.yaml:1'],
])('names the line of %s', (_what, text, expected) => {
  expect(faults(text).join('\n')).toContain(expected);
});

test('names every fault at once', () => {
  expect(
    faults(good.replace('sink: hubspot', 'sink: "HUB SPOT"').replace('tenant: acme', 'tenant: ""')),
  ).toHaveLength(2);
});
