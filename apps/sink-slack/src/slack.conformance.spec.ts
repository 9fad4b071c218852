import { testSink } from '@switchboard/conformance';
import { slack } from './slack.ts';

testSink(slack, {
  config: (url) => ({ webhookUrl: `${url}/services/T0A1B2C3D/B0A1B2C3D/kZ8vRt3LqPw7XyN2sD4fGh6J` }),
  answer(_request, keep) {
    keep();
    return { body: 'ok' };
  },
  // The word decides, whatever the status is.
  notOk: [
    { answer: { body: 'invalid_blocks' }, means: 'rejected' },
    { answer: { body: 'no_service' }, means: 'broken' },
    { answer: { body: 'rollup_error' }, means: 'retry' },
  ],
  answers: { 404: 'broken', 410: 'broken' },
});
