import { testSink } from '@switchboard/conformance';
import { hubspot } from './hubspot.ts';

const NOTES = '/crm/v3/objects/notes';

testSink(hubspot, {
  config: (baseUrl) => ({ accessToken: 'pat-eu1-5f0c6f8e-1d2b-4c3a', baseUrl }),
  answer({ method, path, json }, keep, has) {
    if (method === 'GET') return { body: { results: [] } };
    if (path.startsWith('/crm/v3/properties')) {
      const { inputs } = json as { inputs: { name: string }[] };
      if (path.endsWith('/create')) for (const { name } of inputs) keep(name);
      return { body: { status: 'COMPLETE', results: inputs.filter(({ name }) => has(name)) } };
    }
    if (path === NOTES) return { status: 201, body: { id: keep() } };
    const { inputs } = json as { inputs: { id: string }[] };
    return { body: { status: 'COMPLETE', results: inputs.map(({ id }) => ({ id: keep(id), new: true })) } };
  },
  errorsIn2xx: [
    { answer: { body: { status: 'COMPLETE', results: [] } }, outcome: 'rejected' },
    {
      answer: { status: 207, body: { results: [], errors: [{ category: 'VALIDATION_ERROR' }] } },
      outcome: 'rejected',
    },
    {
      answer: { status: 207, body: { results: [], errors: [{ category: 'CONFLICT' }] } },
      outcome: 'retry',
    },
  ],
  // 409: somebody else writes the same contact at the same moment.
  outcomes: { 409: 'retry' },
  // HubSpot cannot recognise a note, so a repeated call creates a second one.
  mayDuplicate: ({ path }) => path === NOTES,
});
