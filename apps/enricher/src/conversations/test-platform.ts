// A client of the platform's API beside a real server that answers as a spec says; each test has its own.
import type { Logger } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { type HttpStub, httpStub, quiet, type StubAnswer, type StubRequest } from '@switchboard/testing';
import { PlatformApi, type PlatformApiOptions } from './platform-api.ts';

export interface TestPlatform {
  readonly stub: HttpStub;
  /** What was warned of, each with its sentence. */
  readonly warned: Record<string, unknown>[];
  /** The codes of the warnings. */
  codes(): unknown[];
  /** From now on. */
  answer(how: (request: StubRequest, index: number) => StubAnswer): void;
  api(options?: Partial<PlatformApiOptions>): PlatformApi;
}

/** To be called once in a spec: begins anew before each test and closes after it. */
export function testPlatform(): TestPlatform {
  let http: HttpClient;
  let stub: HttpStub;
  let answer: (request: StubRequest, index: number) => StubAnswer;
  const warned: Record<string, unknown>[] = [];
  const logger: Logger = { ...quiet, warn: (fields, sentence) => warned.push({ ...fields, sentence }) };
  beforeEach(async () => {
    http = new HttpClient();
    warned.length = 0;
    stub = await httpStub((request, index) => answer(request, index));
  });
  afterEach(async () => {
    await http.close();
    await stub.close();
  });
  return {
    get stub() {
      return stub;
    },
    warned,
    codes: () => warned.map(({ error_code }) => error_code),
    answer(how) {
      answer = how;
    },
    api: (options = {}) =>
      new PlatformApi({
        http,
        logger,
        baseUrl: `${stub.url}/v1`,
        apiKey: 'hnja_test_key',
        timeoutMs: 15_000,
        patienceMs: 15_000,
        concurrency: 4,
        ...options,
      }),
  };
}
