// For specs: a HubSpot that answers what a spec wants, and a lead that is delivered to it once.
import { leadQualified } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import { type HttpStub, httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import { hubspot } from './hubspot.ts';

export const CONTACTS = '/crm/v3/objects/contacts/batch/upsert';
export const NOTES = '/crm/v3/objects/notes';

export interface TestHubspot {
  readonly stub: HttpStub;
  /** What it answers; all well unless a spec says otherwise. */
  readonly answers: { contact: StubAnswer; note: StubAnswer };
  deliver(data?: Record<string, unknown>, more?: object): ReturnType<typeof tryOnce>;
}

/** Anew for each test of the file that calls this. */
export function testHubspot(): TestHubspot {
  let stub: HttpStub;
  let answers: TestHubspot['answers'];
  beforeEach(async () => {
    answers = {
      contact: {
        status: 200,
        body: { status: 'COMPLETE', results: [{ id: '51', new: true, properties: {} }] },
      },
      note: { status: 201, body: { id: '900' } },
    };
    stub = await httpStub((request) => (request.path === NOTES ? answers.note : answers.contact));
  });
  afterEach(() => stub.close());
  return {
    get stub() {
      return stub;
    },
    get answers() {
      return answers;
    },
    deliver: (data = leadQualified.example, more = {}) =>
      tryOnce(hubspot, {
        event: leadQualified,
        data,
        config: { accessToken: 'pat-SECRET', baseUrl: `${stub.url}/` },
        time: '2026-11-22T10:00:00+02:00',
        ...more,
      }),
  };
}

/** A lead with what is needed and no more. */
export const bare = { conversation_id: 'c1', qualification_score: 75, customer_email: 'Ana@Example.com' };

export const propertiesOf = (request: StubRequest | undefined) =>
  (request?.json as { inputs: { properties: Record<string, string> }[] }).inputs[0]?.properties;

export const noteOf = (request: StubRequest | undefined) =>
  (request?.json as { properties: { hs_note_body: string } }).properties.hs_note_body;
