// Signed events with sequential numbers per conversation, so that nothing can be lost, doubled or overtaken unseen.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { events } from '@switchboard/contracts';

/** What is posted, and what must become of it. */
export interface Post {
  readonly kind: 'good' | 'repeat' | 'bad_signature' | 'malformed';
  readonly body: string;
  readonly signature: string;
  /** `ce_id` it must get, or would have got. */
  readonly id: string;
  readonly type: string;
  readonly conversation: string;
  readonly number: number;
}

/** What came back. */
export interface Answer {
  readonly post: Post;
  readonly status: number;
}

const UNKNOWN = 'nobody.knows';

/** Every type in turn over conversations; of each hundred about ten are repeated, one has a bad signature, one is none. */
export function makePosts(count: number, tenant: string, secret: string, conversations = 50): Post[] {
  const run = randomBytes(4).toString('hex');
  const types = [...events.map(({ type }) => type), UNKNOWN];
  const posts: Post[] = [];
  for (let number = 0; posts.length < count; number += 1) {
    const type = types[number % types.length] as string;
    const conversation = `conv_${run}_${Math.floor(number / types.length) % conversations}`;
    const example = events.find((event) => event.type === type)?.example ?? {};
    const data = { ...example, conversation_id: conversation, number };
    const named = 'customer_email' in example ? { customer_email: `lead${number}@example.com` } : {};
    const body = JSON.stringify({
      event: type,
      timestamp: new Date().toISOString(),
      data: { ...data, ...named },
    });
    const of = (kind: Post['kind'], text: string, key: string): Post => ({
      kind,
      body: text,
      signature: `sha256=${createHmac('sha256', key).update(text).digest('hex')}`,
      id: createHash('sha256')
        .update('/webhooks/helpninja')
        .update('\0')
        .update(tenant)
        .update('\0')
        .update(text)
        .digest('hex'),
      type,
      conversation,
      number,
    });
    posts.push(of('good', body, secret));
    if (number % 10 === 3) posts.push(of('repeat', body, secret));
    if (number % 90 === 7)
      posts.push(of('bad_signature', body.replace('"event"', ' "event"'), 'not-the-secret'));
    if (number % 90 === 47) posts.push(of('malformed', body.replace('"data":', '"datum":'), secret));
  }
  return posts.slice(0, count);
}

/** Posts all, in order within a conversation, conversations side by side; a 503 is posted again until the deadline. */
export async function postAll(
  url: string,
  posts: readonly Post[],
  options: { perSecond?: number; deadlineMs?: number } = {},
): Promise<Answer[]> {
  const lanes = new Map<string, Post[]>();
  for (const post of posts) lanes.set(post.conversation, [...(lanes.get(post.conversation) ?? []), post]);
  const answers: Answer[] = [];
  const started = performance.now();
  const until = started + (options.deadlineMs ?? 120_000);
  let sent = 0;
  const pace = async () => {
    if (options.perSecond === undefined) return;
    const due = started + (sent / options.perSecond) * 1000;
    sent += 1;
    const ahead = due - performance.now();
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
  };
  await Promise.all(
    [...lanes.values()].map(async (lane) => {
      for (const post of lane) {
        await pace();
        answers.push({ post, status: await postOne(url, post, until) });
      }
    }),
  );
  return answers;
}

async function postOne(url: string, post: Post, until: number): Promise<number> {
  for (;;) {
    const status = await attempt(url, post);
    if (status !== 503 && status !== 0) return status;
    if (performance.now() > until) return status;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function attempt(url: string, post: Post): Promise<number> {
  try {
    const reply = await fetch(`${url}/webhooks/helpninja`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-helpninja-signature': post.signature },
      body: post.body,
    });
    await reply.arrayBuffer();
    return reply.status;
  } catch {
    return 0;
  }
}
