import { defaultPorts, help, portVariable, readOptions } from './options.mjs';

describe('options of npm start', () => {
  test('defaults', async () => {
    const options = await readOptions([], {});
    expect(options).toMatchObject({ demo: true, exit: false, conversations: 200, ports: defaultPorts });
    expect(options.kafkaBrokers).toBeUndefined();
  });

  test('a port by flag wins over the variable, 0 is any free one', async () => {
    const { ports } = await readOptions(['--port', 'ingest=4001', '--port=kafka=0'], {
      INGEST_PORT: '5001',
      ROUTER_PORT: '5003',
    });
    expect(ports).toMatchObject({ ingest: 4001, router: 5003, metrics: 3004 });
    expect(ports['kafka']).toBeGreaterThan(1023);
  });

  test('existing servers come from the environment', async () => {
    const env = { KAFKA_BROKER: 'kafka:9092', DATABASE_URL: 'postgres://u:p@db/x' };
    expect(await readOptions([], env)).toMatchObject({
      kafkaBrokers: 'kafka:9092',
      databaseUrl: env.DATABASE_URL,
    });
  });

  test.each([
    [['--port', 'nobody=1'], 'name one of ingest'],
    [['--port', 'ingest=x'], '"x" is not a port'],
    [['--port', 'ingest=70000'], 'is not a port'],
    [['--conversations', '0'], 'whole number from 1'],
    [['--no-demo', '--exit'], '--exit ends after the simulation'],
    [['--nothing'], '--nothing'],
  ])('%j is refused', async (argv, words) => {
    await expect(readOptions(argv, {})).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(words),
    });
  });

  test('the help names every port and its variable', () => {
    const names = Object.keys(defaultPorts);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(help).toContain(portVariable(name));
  });
});
