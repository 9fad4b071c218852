// Signed events with sequential numbers per conversation, so that a lost, repeated or overtaken event is noticed.
import { randomBytes } from 'node:crypto';
import { events } from '@switchboard/contracts';
import { openPoster } from './poster.mjs';
import { pacer, postUntilAnswered } from './posting.ts';
import { type Webhook, webhook } from './webhook.ts';

/** What is posted, and what must become of it. */
export interface Post extends Webhook {
  readonly kind: 'good' | 'repeat' | 'bad_signature' | 'malformed';
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

/**
 * Every type in turn over conversations; of each hundred about ten are repeated, one has a bad signature, one is none.
 */
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
      ...webhook(text, { tenant, secret: key }),
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

/** Posts all, in order within a conversation, conversations side by side. */
export async function postAll(
  url: string,
  posts: readonly Post[],
  { perSecond, deadlineMs = 120_000 }: { perSecond?: number; deadlineMs?: number } = {},
): Promise<Answer[]> {
  const lanes = new Map<string, Post[]>();
  for (const post of posts) lanes.set(post.conversation, [...(lanes.get(post.conversation) ?? []), post]);
  const poster = openPoster(url);
  const until = performance.now() + deadlineMs;
  const turn = perSecond === undefined ? async () => undefined : pacer(() => perSecond);
  const answers: Answer[] = [];
  const walk = async (lane: readonly Post[]): Promise<void> => {
    for (const post of lane) {
      await turn();
      answers.push({ post, status: (await postUntilAnswered(poster, post, { until })) ?? 0 });
    }
  };
  try {
    await Promise.all([...lanes.values()].map(walk));
  } finally {
    await poster.close();
  }
  return answers;
}
