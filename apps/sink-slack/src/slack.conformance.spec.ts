import { testSink } from '@switchboard/conformance';
import { slack } from './slack.ts';

testSink(slack, {
  config: (url) => ({ webhookUrl: `${url}/services/T0A1B2C3D/B0A1B2C3D/kZ8vRt3LqPw7XyN2sD4fGh6J` }),
  answer(_request, keep) {
    keep();
    return { body: 'ok' };
  },
  // Slack's error word decides, whatever the status is.
  errorsIn2xx: [
    { answer: { body: 'invalid_blocks' }, outcome: 'rejected' },
    { answer: { body: 'no_service' }, outcome: 'broken' },
    { answer: { body: 'rollup_error' }, outcome: 'retry' },
  ],
  outcomes: { 404: 'broken', 410: 'broken' },
});
