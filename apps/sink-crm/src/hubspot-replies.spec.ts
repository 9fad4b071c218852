// What HubSpot's answers mean for a delivery.
import { leadQualified } from '@switchboard/contracts';
import type { StubAnswer } from '@switchboard/testing';
import { testHubspot } from './test-hubspot.ts';

const crm = testHubspot();

const refusal = { message: 'Property values were not valid: ana@example.com', category: 'VALIDATION_ERROR' };

test.each<[string, StubAnswer, object]>([
  [
    'partial success',
    {
      status: 207,
      body: { results: [], errors: [{ category: 'VALIDATION_ERROR', message: 'ana@example.com' }] },
    },
    { kind: 'rejected', reason: 'HubSpot: 207 VALIDATION_ERROR' },
  ],
  ...['CONFLICT', 'RATE_LIMITS', 'INTERNAL_ERROR', 'NEW_AND_UNKNOWN'].map(
    (category): [string, StubAnswer, object] => [
      `partial success: ${category}`,
      { status: 207, body: { results: [], errors: [{ category, message: 'ana@example.com' }] } },
      { kind: 'retry', reason: `HubSpot: 207 ${category}` },
    ],
  ),
  [
    'partial success without a category',
    { status: 207, body: { results: [], errors: [{ message: 'ana@example.com' }] } },
    { kind: 'retry', reason: 'HubSpot: 207' },
  ],
  [
    'partial success with errors of two kinds',
    {
      status: 207,
      body: { results: [], errors: [{ category: 'VALIDATION_ERROR' }, { category: 'CONFLICT' }] },
    },
    { kind: 'retry', reason: 'HubSpot: 207 VALIDATION_ERROR, CONFLICT' },
  ],
  [
    'missing scope in a partial success',
    {
      status: 207,
      body: {
        results: [],
        errors: [
          {
            category: 'MISSING_SCOPES',
            errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
          },
        ],
      },
    },
    { kind: 'broken', reason: 'HubSpot: 207 MISSING_SCOPES, crm.objects.contacts.write' },
  ],
  [
    'nothing done',
    { status: 200, body: { status: 'COMPLETE', results: [] } },
    { kind: 'rejected', reason: 'HubSpot: 200 without a result; nothing was written' },
  ],
  [
    'unknown property',
    {
      status: 400,
      body: {
        ...refusal,
        errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['lead_score'] } }],
      },
    },
    {
      kind: 'broken',
      reason:
        'HubSpot: 400 VALIDATION_ERROR PROPERTY_DOESNT_EXIST lead_score; let "setup prepare" create it, or correct the mapping',
    },
  ],
  [
    'unknown property that only the message names',
    {
      status: 400,
      body: {
        category: 'VALIDATION_ERROR',
        message:
          'Property values were not valid: ' +
          '[{"isValid":false,"message":"ana@example.com","error":"PROPERTY_DOESNT_EXIST","name":"lead_score"}]',
      },
    },
    { kind: 'broken', reason: expect.stringContaining('PROPERTY_DOESNT_EXIST lead_score; ') },
  ],
  [
    'a value that speaks of an unknown property',
    {
      status: 400,
      body: { category: 'VALIDATION_ERROR', message: 'not valid: ana@example.com PROPERTY_DOESNT_EXIST' },
    },
    { kind: 'rejected', reason: 'HubSpot: 400 VALIDATION_ERROR' },
  ],
  [
    'unknown property in a partial success',
    {
      status: 207,
      body: {
        results: [],
        errors: [{ category: 'VALIDATION_ERROR', errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] }],
      },
    },
    { kind: 'broken', reason: expect.stringContaining('PROPERTY_DOESNT_EXIST') },
  ],
  ['aged token', { status: 401, body: { category: 'EXPIRED_AUTHENTICATION' } }, { kind: 'broken' }],
  [
    'missing scope',
    {
      status: 403,
      body: {
        category: 'MISSING_SCOPES',
        errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
      },
    },
    { kind: 'broken', reason: 'HubSpot: 403 MISSING_SCOPES crm.objects.contacts.write' },
  ],
  ['race', { status: 409, body: { category: 'CONFLICT' } }, { kind: 'retry' }],
  ['not found', { status: 404 }, { kind: 'rejected' }],
  ['too long', { status: 414 }, { kind: 'rejected' }],
  ['redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, { kind: 'rejected' }],
  ['locked', { status: 423 }, { kind: 'retry', afterSeconds: 2 }],
  ['moving', { status: 477, headers: { 'retry-after': '30' } }, { kind: 'retry', afterSeconds: 30 }],
  [
    'burst',
    { status: 429, body: { policyName: 'TEN_SECONDLY_ROLLING' } },
    { kind: 'retry', afterSeconds: 10 },
  ],
  ['day', { status: 429, body: { policyName: 'DAILY' } }, { kind: 'retry', afterSeconds: 3600 }],
  ['told', { status: 429, headers: { 'retry-after': '4' } }, { kind: 'retry', afterSeconds: 4 }],
  ['down', { status: 502, body: 'bad gateway' }, { kind: 'retry' }],
  ['reset', { fault: 'reset' }, { kind: 'retry', status: null }],
  ['hang', { fault: 'hang' }, { kind: 'retry', status: null }],
])('%s', async (_name, answer, expected) => {
  crm.answers.contact = answer;
  const tried = await crm.deliver(leadQualified.example, answer.fault ? { timeoutMs: 500 } : {});
  expect(tried).toMatchObject(expected);
  expect(crm.stub.requests).toHaveLength(1);
  expect(tried.steps).toEqual({});
  // The answer is kept beside the body, for people who look into the ledger; reasons are logged.
  expect(JSON.stringify({ ...tried, answer: null })).not.toMatch(/SECRET|ana@example\.com/);
});
