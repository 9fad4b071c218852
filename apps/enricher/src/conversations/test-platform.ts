// For specs: a client of the platform's API and a real HTTP server that answers as the spec sets it up. Each test has its own.
import type { Logger } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { type HttpStub, httpStub, quiet, type StubAnswer, type StubRequest } from '@switchboard/testing';
import { PlatformApi, type PlatformApiOptions } from './platform-api.ts';

type Answers = (request: StubRequest, index: number) => StubAnswer | Promise<StubAnswer>;

export interface TestPlatform {
  readonly stub: HttpStub;
  /** The warnings in the log: fields and message. */
  readonly warned: Record<string, unknown>[];
  /** The codes of the warnings. */
  codes(): unknown[];
  /** Sets how the server answers from now on. */
  answer(how: Answers): void;
  api(options?: Partial<PlatformApiOptions>): PlatformApi;
}

/** Call it once in a spec. Starts before each test and closes after it. */
export function testPlatform(): TestPlatform {
  let http: HttpClient;
  let stub: HttpStub;
  let answer: Answers;
  const warned: Record<string, unknown>[] = [];
  const logger: Logger = { ...quiet, warn: (fields, message) => warned.push({ ...fields, message }) };
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
        maxWaitMs: 15_000,
        concurrency: 4,
        ...options,
      }),
  };
}
