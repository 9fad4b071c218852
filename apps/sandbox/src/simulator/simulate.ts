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
    tenant: { value: 'ID', about: 'tenant_id of every event; without it the secret tells the tenant' },
    conversations: {
      value: 'N',
      about: `how many (default ${GENERATED}, or each dialogue of the file once)`,
    },
    dialogues: {
      value: 'FILE',
      about: 'JSON Lines file to play instead of generated texts (docs/simulator.md)',
    },
    rate: { value: 'N', about: 'events per second, 0 for as fast as they are answered', fallback: '0' },
    burst: {
      value: 'N',
      about: 'post so many events at one moment, at the same rate over time',
      fallback: '1',
    },
    'open-loop': { about: 'post at the rate whether earlier events were answered or not; needs --rate' },
    'repeat-share': {
      value: 'SHARE',
      about: 'share of the events that are posted twice, same bytes, 0 to 1',
      fallback: '0',
    },
    'reorder-share': {
      value: 'SHARE',
      about: 'share of the events that change places with the next one of their conversation, 0 to 1',
      fallback: '0',
    },
    concurrency: { value: 'N', about: 'conversations side by side', fallback: '16' },
    retries: { value: 'N', about: 'how often a 503 or a failed connection is tried again', fallback: '10' },
    seed: {
      value: 'SEED',
      about: 'the same seed plays the same conversations, under new ids',
      fallback: '1',
    },
    sandbox: { value: 'URL', about: 'sandbox whose helpNINJA API shall know the conversations' },
    json: { about: 'print the report as JSON' },
  },
  notes: [
    'Ends with 0 when every event was accepted, 1 when one was refused or the receiver not reached, 2 on wrong usage.',
  ],
  async run(values, { out, err }) {
    const secret = values['secret'] || process.env['WEBHOOK_SECRET']?.split(',')[0];
    if (!secret) throw new UsageError('--secret SECRET is required (or WEBHOOK_SECRET in the environment)');
    const rate = numberOf(values, 'rate', 0, 1_000_000);
    const openLoop = values['open-loop'] === 'true';
    if (openLoop && rate === 0)
      throw new UsageError('--open-loop needs --rate N: without one nothing is ever due');
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

/** The dialogues of the file in turn, from the beginning again when more are asked for. */
function fromFile(file: readonly Dialogue[] | undefined, number: number): Dialogue | undefined {
  return file?.[(number - 1) % file.length];
}
