import { blockFault } from './block-kit.ts';
import { type StartedSandbox, startSandbox } from './started-sandbox.ts';

const hook = '/slack/services/T01/B02/s3cret';

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ slackSecretPath: 'T01/B02/s3cret' });
});
afterAll(() => sandbox.close());

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const button = (more: object = {}) => ({
  type: 'button',
  text: plain('View'),
  url: 'https://x.test/1',
  ...more,
});

const good = [
  { type: 'header', text: plain('Chat escalated') },
  { type: 'section', fields: Array.from({ length: 10 }, (_, at) => mrkdwn(`*${at}*`)) },
  { type: 'section', text: mrkdwn('x'.repeat(3000)) },
  { type: 'divider' },
  { type: 'context', elements: [mrkdwn('small')] },
  { type: 'actions', elements: [button({ style: 'primary' }), button({ value: 'x'.repeat(2000) })] },
];

it('accepts a message within the limits and answers ok', async () => {
  const answer = await sandbox.send('POST', hook, { text: 'Chat escalated', blocks: good });
  expect([answer.status, answer.text]).toEqual([200, 'ok']);
});

it.each([
  ['another team', '/slack/services/T99/B02/s3cret', 404, 'no_team'],
  ['another app', '/slack/services/T01/B99/s3cret', 404, 'no_service'],
  ['another secret', '/slack/services/T01/B02/wrong', 403, 'invalid_token'],
  ['an incomplete path', '/slack/services/T01/B02', 404, 'no_service'],
])('refuses %s', async (_name, path, status, word) => {
  const answer = await sandbox.send('POST', path, { text: 'hi' });
  expect([answer.status, answer.text]).toEqual([status, word]);
});

it.each<[string, unknown, string]>([
  ['no JSON', '{"text"', 'invalid_payload'],
  ['a list', [], 'invalid_payload'],
  ['a number as text', { text: 7 }, 'invalid_payload'],
  ['an empty message', {}, 'no_text'],
  ['blank text and no blocks', { text: ' ', blocks: [] }, 'no_text'],
  ['blocks that are not a list', { text: 'hi', blocks: {} }, 'invalid_blocks'],
  [
    'a block over its limit',
    { text: 'hi', blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] },
    'invalid_blocks',
  ],
  [
    'too many attachments',
    { text: 'hi', attachments: Array.from({ length: 101 }, () => ({})) },
    'too_many_attachments',
  ],
])('refuses %s with 400', async (_name, body, word) => {
  const answer = await sandbox.send('POST', hook, body);
  expect([answer.status, answer.text]).toEqual([400, word]);
});

it('refuses another content type, and says why in a header', async () => {
  const answer = await sandbox.send('POST', hook, '{"text":"hi"}', { 'content-type': 'text/plain' });
  expect([answer.status, answer.text]).toEqual([400, 'invalid_payload']);
  expect(answer.headers.get('x-sandbox-reason')).toContain('application/json');
});

it.each<[string, object[], RegExp]>([
  ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), /51 of at most 50/],
  ['an unknown block', [{ type: 'hologram' }], /hologram is not a block/],
  ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], /plain_text/],
  ['an empty header', [{ type: 'header', text: plain('') }], /must not be empty/],
  ['an empty section', [{ type: 'section' }], /needs text or fields/],
  ['a section text of 3001', [{ type: 'section', text: mrkdwn('x'.repeat(3001)) }], /3001 of at most 3000/],
  ['a section without text', [{ type: 'section', text: mrkdwn('') }], /must not be empty/],
  ['11 fields', [{ type: 'section', fields: Array.from({ length: 11 }, () => mrkdwn('x')) }], /1 to 10/],
  ['a field of 2001', [{ type: 'section', fields: [mrkdwn('x'.repeat(2001))] }], /2001 of at most 2000/],
  ['26 buttons', [{ type: 'actions', elements: Array.from({ length: 26 }, () => button()) }], /1 to 25/],
  [
    'a button text of 76',
    [{ type: 'actions', elements: [button({ text: plain('x'.repeat(76)) })] }],
    /76 of at most 75/,
  ],
  ['a button text in mrkdwn', [{ type: 'actions', elements: [button({ text: mrkdwn('x') })] }], /plain_text/],
  [
    'a url of 3001',
    [{ type: 'actions', elements: [button({ url: `https://x.test/${'x'.repeat(2986)}` })] }],
    /3001 of at most/,
  ],
  ['an invalid url', [{ type: 'actions', elements: [button({ url: 'conversations/1' })] }], /not a URL/],
  [
    'a value of 2001',
    [{ type: 'actions', elements: [button({ value: 'x'.repeat(2001) })] }],
    /2001 of at most 2000/,
  ],
  ['an unknown style', [{ type: 'actions', elements: [button({ style: 'loud' })] }], /primary or danger/],
  [
    'an action id twice',
    [{ type: 'actions', elements: [button({ action_id: 'a' }), button({ action_id: 'a' })] }],
    /twice/,
  ],
  [
    'a block id twice',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    /twice/,
  ],
  ['an image without alt text', [{ type: 'image', image_url: 'https://x.test/i.png' }], /alt_text/],
  [
    '11 context elements',
    [{ type: 'context', elements: Array.from({ length: 11 }, () => mrkdwn('x')) }],
    /1 to 10/,
  ],
])('sees %s', (_name, blocks, fault) => {
  expect(blockFault(blocks)).toMatch(fault);
});

it('accepts blocks at their limits', () => {
  expect(blockFault(good)).toBeUndefined();
});
