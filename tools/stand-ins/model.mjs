// A stand-in of OpenAI's API for benches and scenarios: a separate process in plain Node that answers after a delay,
// each time something else, and can be set to fail. It counts the tokens that it would bill.
import { createServer } from 'node:http';

/** How it answers: well, not at all, with what is no answer, or with a status. */
let mode = process.argv[4] ?? 'well';
const delayMs = Number(process.argv[3] ?? 0);
const billed = { calls: 0, tokens: 0, atOnce: 0, most: 0 };
let asked = 0;
const SENTIMENTS = ['negative', 'neutral', 'positive'];

/** An answer that no other call gets. */
function answer() {
  asked += 1;
  return {
    intent: null,
    goals: [`goal ${asked}`],
    questions: [],
    pain_points: [],
    product_interests: [],
    buying_signals: [],
    competitive_mentions: [],
    urgency_indicators: [],
    categories: ['billing'],
    sentiment: SENTIMENTS[asked % SENTIMENTS.length],
    sentiment_score: 0,
    urgency: 'low',
    complexity: 'low',
  };
}

/** @param {string} content @param {string} request */
function completion(content, request) {
  const usage = {
    prompt_tokens: Math.ceil(request.length / 4),
    completion_tokens: Math.ceil(content.length / 4),
  };
  const total = usage.prompt_tokens + usage.completion_tokens;
  billed.calls += 1;
  billed.tokens += total;
  return {
    id: `chatcmpl-${billed.calls}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: 'stand-in-1',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        logprobs: null,
        message: { role: 'assistant', content, refusal: null },
      },
    ],
    usage: { ...usage, total_tokens: total },
  };
}

const server = createServer(async (request, response) => {
  const url = request.url ?? '';
  if (url.startsWith('/_mode/')) mode = url.slice('/_mode/'.length);
  if (url.startsWith('/_')) {
    response.end(JSON.stringify({ ...billed, mode }));
    return;
  }
  let text = '';
  for await (const chunk of request) text += chunk;
  if (mode === 'down') {
    request.socket.destroy();
    return;
  }
  if (mode === 'hang') return;
  billed.atOnce += 1;
  billed.most = Math.max(billed.most, billed.atOnce);
  setTimeout(() => {
    billed.atOnce -= 1;
    const json = { 'content-type': 'application/json' };
    if (mode === 'limit') {
      const error = { message: 'slow down', type: 'requests', param: null, code: 'rate_limit_exceeded' };
      response.writeHead(429, { ...json, 'retry-after': '5' }).end(JSON.stringify({ error }));
    } else {
      const content = mode === 'garbage' ? 'Sure! Here you are: {"intent": ' : JSON.stringify(answer());
      response.writeHead(200, json).end(JSON.stringify(completion(content, text)));
    }
  }, delayMs);
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
