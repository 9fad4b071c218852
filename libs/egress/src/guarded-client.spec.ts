import { httpStub } from '@switchboard/testing';
import { type Guard, HttpClient, parseAllowList } from './index.ts';
import { guardDecision, selfSignedServer, type TestServer } from './spec-kit.ts';

let canary: TestServer;
let open: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  canary = await selfSignedServer();
  open = [canary];
});
afterEach(async () => {
  for (const opened of open) await opened.close();
});

/** A resolver that gives these answers in turn and then repeats the last one; it counts its calls. */
function resolver(...answers: string[][]) {
  let asked = 0;
  return {
    asked: () => asked,
    resolve: async () => {
      const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  };
}

function calling(guard: Partial<Guard>) {
  const client = new HttpClient({ connectionsPerOrigin: 1, guard: { allow: parseAllowList(''), ...guard } });
  open.unshift(client);
  return (url: string) => client.request({ method: 'POST', url, endpoint: 'x', json: {}, timeoutMs: 5_000 });
}

const REFUSED = { name: 'EgressError', code: 'REFUSED_ADDRESS', status: undefined };

test('a name that was public when it was checked and is loopback when it is called is refused', async () => {
  const { resolve, asked } = resolver(['93.184.216.34'], ['127.0.0.1']);
  const guard = { allow: parseAllowList(''), ports: [canary.port], resolve };
  const url = `https://rebind.example:${canary.port}/`;
  expect(await guardDecision(url, guard)).toEqual({ ok: true });
  const call = calling(guard);
  for (const path of ['1', '2', '3']) await expect(call(url + path)).rejects.toMatchObject(REFUSED);
  expect(asked()).toBe(4);
  expect(canary.connections()).toBe(0);
});

test('one forbidden address among allowed ones is enough, in any position', async () => {
  const good = '93.184.216.34';
  const url = `https://mixed.example:${canary.port}/`;
  for (const answers of [['127.0.0.1', good], [good, '127.0.0.1'], [good, '::ffff:127.0.0.1'], ['junk']]) {
    const call = calling({ ports: [canary.port], ...resolver(answers) });
    await expect(call(url)).rejects.toMatchObject(REFUSED);
  }
  expect(canary.connections()).toBe(0);
});

test('an empty answer of the resolver is a DNS error', async () => {
  const call = calling(resolver([]));
  await expect(call('https://empty.example/')).rejects.toMatchObject({ code: 'DNS' });
});

test.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.0.0.1.'])(
  '%s, which is never looked up, is refused before a connection; a list that has it lets it through',
  async (host) => {
    const url = `https://${host}:${canary.port}/`;
    const { resolve, asked } = resolver(['93.184.216.34']);
    const refused = calling({ ports: [canary.port], resolve })(url);
    await expect(refused).rejects.toMatchObject(REFUSED);
    expect(canary.connections()).toBe(0);
    const allow = parseAllowList('127.0.0.0/8');
    await expect(calling({ allow, resolve })(url)).rejects.toMatchObject({ code: 'TLS' });
    expect(canary.connections()).toBe(1);
    expect(asked()).toBe(0);
  },
);

test.each(['[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::]', '[64:ff9b::7f00:1]', '0.0.0.0'])(
  '%s is refused too',
  async (host) => {
    const call = calling({ ports: [canary.port] });
    await expect(call(`https://${host}:${canary.port}/`)).rejects.toMatchObject(REFUSED);
    expect(canary.connections()).toBe(0);
  },
);

test('a refusal says why, without addresses, and is counted as a call without a response', async () => {
  const statuses: number[] = [];
  const client = new HttpClient({
    guard: { allow: parseAllowList(''), ...resolver(['10.1.2.3']) },
    observe: ({ status }) => statuses.push(status),
  });
  open.unshift(client);
  const message = async (url: string) =>
    client.request({ method: 'GET', url, endpoint: 'x' }).catch((error: Error) => error.message);
  expect(await message('https://inside.example/')).toBe(
    'calling inside.example: the address is not public',
  );
  expect(await message('http://inside.example/')).toBe(
    'calling inside.example: the URL must begin with https:',
  );
  expect(await message('https://a:b@inside.example/')).toBe(
    'calling inside.example: the URL contains a user or a password',
  );
  expect(statuses).toEqual([0, 0, 0]);
});

test('TLS uses the name of the host, not the checked address', async () => {
  const call = calling({ allow: parseAllowList('127.0.0.1'), ...resolver(['127.0.0.1']) });
  await expect(call(`https://crm.example:${canary.port}/`)).rejects.toMatchObject({ code: 'TLS' });
  expect(canary.servernames).toEqual(['crm.example']);
});

describe('where the allow list lets calls through', () => {
  test('the host is called by its name, and looked up once per connection, not per call', async () => {
    const stub = await httpStub(({ path }) => ({
      headers: path === '/last' ? { connection: 'close' } : {},
      body: 'here',
    }));
    open.push(stub);
    const { port } = new URL(stub.url);
    const { resolve, asked } = resolver(['127.0.0.1'], ['127.0.0.2']);
    const call = calling({ allow: parseAllowList(`127.0.0.1:${port}`), resolve });
    const origin = `http://crm.example:${port}`;
    for (const path of ['/a', '/b', '/last']) expect((await call(origin + path)).text).toBe('here');
    expect(asked()).toBe(1);
    expect(stub.requests.map(({ headers }) => headers.host)).toEqual(Array(3).fill(`crm.example:${port}`));
    await expect(call(`${origin}/c`)).rejects.toMatchObject(REFUSED);
    expect(asked()).toBe(2);
    expect(stub.requests).toHaveLength(3);
  });

  test('a redirect to an internal address is returned and not followed', async () => {
    const location = `https://127.0.0.1:${canary.port}/`;
    const stub = await httpStub(() => ({ status: 307, headers: { location } }));
    open.push(stub);
    const { host } = new URL(stub.url);
    const reply = await calling({ allow: parseAllowList(host) })(stub.url);
    expect(reply.status).toBe(307);
    expect(reply.headers['location']).toBe(location);
    expect(canary.connections()).toBe(0);
  });

  test('a listed name may have any address', async () => {
    const stub = await httpStub(() => ({ body: 'here' }));
    open.push(stub);
    const { port } = new URL(stub.url);
    const call = calling({ allow: parseAllowList('crm.internal'), ...resolver(['127.0.0.1']) });
    expect((await call(`http://crm.internal:${port}/`)).text).toBe('here');
    await expect(call(`http://other.internal:${port}/`)).rejects.toMatchObject(REFUSED);
  });
});

test('a guarded client refuses a URL, though an unguarded client has called it', async () => {
  const stub = await httpStub(() => ({ body: 'ok' }));
  const free = new HttpClient();
  open.unshift(free, stub);
  const call = calling({ allow: parseAllowList('127.0.0.1') });
  const url = `${stub.url.replace('//', '//user:word@')}/same`;
  await expect(call(url)).rejects.toMatchObject(REFUSED);
  expect(await free.request({ method: 'POST', url, endpoint: 'x' })).toMatchObject({ status: 200 });
  await expect(call(url)).rejects.toMatchObject(REFUSED);
  expect(stub.requests).toHaveLength(1);
});
