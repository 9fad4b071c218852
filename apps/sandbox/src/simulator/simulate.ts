// `simulate`: plays realistic support conversations as signed webhooks against a running ingest.
import { randomBytes } from 'node:crypto';
import { type Command, numberOf, UsageError, urlOf, wholeOf } from '../command-line.ts';
import type { Dialogue } from '../conversations/dialogue.ts';
import { readDialogues } from '../conversations/dialogue-file.ts';
import { generateDialogue } from '../conversations/generate.ts';
import { play } from './play.ts';
import { showProgress } from './progress.ts';
import { table, Tally } from './tally.ts';

const GENERATED = 200;

export const simulate: Command = {
  name: 'simulate',
  about: 'play support conversations as signed webhooks',
  options: {
    url: {
      value: 'URL',
      about: 'receiver; /webhooks/helpninja is added when the URL has no path',
      required: true,
    },
    secret: { value: 'SECRET', about: 'signing secret (or WEBHOOK_SECRET in the environment)' },
    tenant: {
      value: 'ID',
      about: 'tenant_id of every event; without it the tenant is the owner of the secret',
    },
    conversations: {
      value: 'N',
      about: `how many (default ${GENERATED}, or each dialogue of the file once)`,
    },
    dialogues: {
      value: 'FILE',
      about: 'JSON Lines file to play instead of generated texts (docs/simulator.md)',
    },
    rate: { value: 'N', about: 'events per second; 0: as fast as they are answered', fallback: '0' },
    burst: {
      value: 'N',
      about: 'number of events at one moment; the rate over time stays the same',
      fallback: '1',
    },
    'open-loop': { about: 'post at the rate without waiting for earlier answers; needs --rate' },
    'repeat-share': {
      value: 'SHARE',
      about: 'share of events that are posted twice, with the same bytes; 0 to 1',
      fallback: '0',
    },
    'reorder-share': {
      value: 'SHARE',
      about: 'share of events that change places with the next one of their conversation; 0 to 1',
      fallback: '0',
    },
    concurrency: { value: 'N', about: 'conversations in parallel', fallback: '16' },
    retries: {
      value: 'N',
      about: 'how often a post is repeated after a 503 or a failed connection',
      fallback: '10',
    },
    seed: {
      value: 'SEED',
      about: 'the same seed plays the same conversations, with new ids',
      fallback: '1',
    },
    sandbox: { value: 'URL', about: 'sandbox in whose helpNINJA API the conversations are registered' },
    json: { about: 'print the report as JSON' },
  },
  notes: [
    'Exit code 0: every event was accepted; 1: one was refused, or the receiver cannot be reached; 2: the command line is wrong.',
  ],
  async run(values, { out, err }) {
    const secret = values['secret'] || process.env['WEBHOOK_SECRET']?.split(',')[0];
    if (!secret) throw new UsageError('--secret SECRET is required (or WEBHOOK_SECRET in the environment)');
    const rate = numberOf(values, 'rate', 0, 1_000_000);
    const openLoop = values['open-loop'] === 'true';
    if (openLoop && rate === 0) throw new UsageError('--open-loop needs --rate N');
    const seed = values['seed'] ?? '1';
    const file = values['dialogues'] ? await readDialogues(values['dialogues']) : undefined;
    const conversations = values['conversations']
      ? wholeOf(values, 'conversations', 1, 10_000_000)
      : (file?.length ?? GENERATED);
    const interrupted = new AbortController();
    const interrupt = (): void => interrupted.abort();
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    const tally = new Tally();
    const done = showProgress(err, tally, conversations);
    try {
      const stopped = await play(
        {
          url: urlOf(values, 'url'),
          secret,
          tenant: values['tenant'],
          seed,
          run: randomBytes(4).toString('hex'),
          conversations,
          dialogue: (number) => fromFile(file, number) ?? generateDialogue(seed, number),
          concurrency: wholeOf(values, 'concurrency', 1, 1_000),
          rate,
          burst: wholeOf(values, 'burst', 1, 10_000),
          openLoop,
          disorder: {
            repeatShare: numberOf(values, 'repeat-share', 0, 1),
            reorderShare: numberOf(values, 'reorder-share', 0, 1),
          },
          retries: wholeOf(values, 'retries', 0, 1_000),
          sandbox: values['sandbox'] ? urlOf(values, 'sandbox') : undefined,
          signal: interrupted.signal,
        },
        tally,
      );
      done();
      const report = tally.report(stopped);
      out.write(`${values['json'] ? JSON.stringify(report) : table(report)}\n`);
      return stopped === undefined && report.rejected === 0 ? 0 : 1;
    } finally {
      done();
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    }
  },
};

/** The dialogues of the file one after another; after the last one it begins again. */
function fromFile(file: readonly Dialogue[] | undefined, number: number): Dialogue | undefined {
  return file?.[(number - 1) % file.length];
}
