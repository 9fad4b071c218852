// `list`: a page of dead letters.
import { events, operations } from '@switchboard/contracts';
import { countDeadLetters, searchDeadLetters } from '@switchboard/ledger';
import { endHelp, filterHelp, filterOptions, options, readFilter, readNumber } from './args.ts';
import { DONE, NOT_ALL, type Verb } from './desk.ts';
import { harmless, table, time } from '../text.ts';
import { readArgs, UsageError } from '../arguments.ts';
import { dlqCalled } from './called.ts';

const MAX = 1000;

export const list: Verb = {
  help: `${dlqCalled} list [filter] [options]

Dead letters, the newest first.

${filterHelp}
  --limit N           so many (50), at most ${MAX}
  --after CURSOR      the next page, as the one before said
${endHelp}`,
  async run(args, { db, say }) {
    const { values, positionals } = readArgs(args, {
      ...filterOptions,
      limit: { type: 'string', default: '50' },
      after: options.text,
      json: options.flag,
    });
    if (positionals.length > 0) throw new UsageError(`list takes no ${positionals[0]}; show tells about one`);
    const { limit, after, json, ...words } = values;
    const filter = readFilter(words);
    const page = { limit: readNumber('--limit', limit, MAX), ...(after === undefined ? {} : { after }) };
    const [{ letters, next }, { deliveries, records }] = await Promise.all([
      searchDeadLetters(db, filter, page),
      countDeadLetters(db, { filter }),
    ]);
    const total = deliveries + records;
    if (json) {
      say(JSON.stringify({ letters, total, next: next ?? null }));
    } else if (letters.length === 0) {
      say(`No dead letters.${typo(values.type)}`);
    } else {
      const rows = letters.map(({ id, at, tenantId, integrationId, stage, eventType, attempts, reason }) => [
        id,
        time(at),
        tenantId ?? '-',
        integrationId ?? stage,
        eventType ?? '-',
        String(attempts),
        reason,
      ]);
      const head = ['id', 'died', 'tenant', 'integration or stage', 'type', 'tries', 'reason'];
      for (const line of table(head, rows, process.stdout.columns ?? Number.POSITIVE_INFINITY)) say(line);
      say('');
      say(
        `${letters.length.toLocaleString('en')} of ${total.toLocaleString('en')}${next ? `; more: --after ${next}` : ''}`,
      );
    }
    return letters.length === 0 ? NOT_ALL : DONE;
  },
};

/** A type may be one that we do not know: it is searched for, but a slip is more likely. */
function typo(type: string | undefined): string {
  const known = [...events, ...operations].map((one) => one.type);
  if (type === undefined || known.includes(type)) return '';
  return ` No event of ours has the type ${harmless(type)}; there are ${known.join(', ')}.`;
}
