// `list`: shows a page of dead letters.
import { events, operations } from '@switchboard/contracts';
import { countDeadLetters, searchDeadLetters } from '@switchboard/ledger';
import { endHelp, filterHelp, filterOptions, options, readFilter, readNumber } from './args.ts';
import { DONE, FAILED, type Verb } from './context.ts';
import { printable, table, time } from '../text.ts';
import { readArgs, UsageError } from '../arguments.ts';
import { dlqCommand } from './command-name.ts';

const MAX = 1000;

export const list: Verb = {
  help: `${dlqCommand} list [filter] [options]

Dead letters, the newest first.

${filterHelp}
  --limit N           how many to show (50), at most ${MAX}
  --after CURSOR      the next page; the page before ends with its cursor
${endHelp}`,
  async run(args, { db, say }) {
    const { values, positionals } = readArgs(args, {
      ...filterOptions,
      limit: { type: 'string', default: '50' },
      after: options.text,
      json: options.flag,
    });
    if (positionals.length > 0)
      throw new UsageError(`list does not take ${positionals[0]}; use show ID to see one dead letter`);
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
    return letters.length === 0 ? FAILED : DONE;
  },
};

/** Unknown types can be searched for too, but a typing mistake is more likely. */
function typo(type: string | undefined): string {
  const known = [...events, ...operations].map((one) => one.type);
  if (type === undefined || known.includes(type)) return '';
  return ` ${printable(type)} is not a known event type; known are ${known.join(', ')}.`;
}
