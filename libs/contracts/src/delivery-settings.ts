// What a tenant may say about how an integration is delivered to: retries, waiting, limits, breaker. Durations are
// seconds. An empty object says everything by default.
import { z } from 'zod';
import { conversationEscalated } from './events/conversation.ts';
import { leadQualified } from './events/customer.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const MAX_ATTEMPTS = 100;

/** Classes of HTTP statuses that a list may name whole. */
const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;

/** Why a call brought no whole answer; `threw` is a bug in the sink. */
export const ERROR_KINDS = [
  'timeout',
  'connection',
  'reset',
  'dns',
  'tls',
  'response_too_large',
  'threw',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

const failure = z.union([z.int().min(200).max(599), z.enum([...STATUS_CLASSES, ...ERROR_KINDS])], {
  error: `must be a status from 200 to 599, or one of ${[...STATUS_CLASSES, ...ERROR_KINDS].join(', ')}`,
});
const failures = z.array(failure).max(50);
const period = z.number().min(0.1);
const kindMeta = { title: 'Kind of schedule', description: 'How the delays between attempts grow.' };
/** With the default delays, which double from 2 s, the last attempt comes 68 minutes after the first. */
const ATTEMPTS = 12;
const attempts = z.int().min(1).max(MAX_ATTEMPTS).default(ATTEMPTS).meta({
  title: 'Attempts',
  description:
    'Attempts in all, the first one included. Waiting as long as the other side asked uses up none.',
});

const exponential = z.strictObject({
  kind: z.literal('exponential').default('exponential').meta(kindMeta),
  attempts,
  first_seconds: period
    .max(7 * DAY)
    .default(2)
    .meta({
      title: 'First delay',
      description: 'Seconds between the first attempt and the second.',
    }),
  factor: z.number().min(1).max(10).default(2).meta({
    title: 'Factor',
    description: 'Each delay is so many times the one before it.',
  }),
  max_seconds: period
    .max(7 * DAY)
    .default(DAY)
    .meta({
      title: 'Longest delay',
      description: 'Seconds from which on the delays grow no more.',
    }),
});

const linear = z.strictObject({
  kind: z.literal('linear').meta(kindMeta),
  attempts,
  every_seconds: period
    .max(7 * DAY)
    .default(1)
    .meta({
      title: 'Delay',
      description: 'Seconds between one attempt and the next, always the same.',
    }),
});

const delays = z.strictObject({
  kind: z.literal('delays').meta(kindMeta),
  delays: z
    .array(
      z
        .number()
        .min(0)
        .max(7 * DAY),
    )
    .min(1)
    .max(MAX_ATTEMPTS - 1)
    .default([1, 2, 4, 8, 16])
    .meta({
      title: 'Delays',
      description: 'Seconds before the second attempt, the third and so on: one attempt more than delays.',
    }),
});

const typeLimit = z.strictObject({
  concurrency: z.int().min(1).max(1000).nullable().default(null).meta({
    title: 'Calls at once',
    description: 'All types of the pattern together. null: as a wider pattern says, else no bound.',
  }),
  priority: z.int().min(-100).max(100).nullable().default(null).meta({
    title: 'Priority',
    description:
      'Where several deliveries may go, the larger goes first. null: as a wider pattern says, else 0.',
  }),
});

const limits = z.strictObject({
  per_second: z.number().min(0.0001).max(100_000).nullable().default(null).meta({
    title: 'Calls per second',
    description: 'Deliveries begun per second. null: what the destination is known to allow.',
  }),
  burst: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .meta({
      title: 'Burst',
      description:
        'Deliveries that may begin at one moment after a pause. null: what falls due in a tenth of a second, at least 1, ' +
        'which spaces them evenly below 20 a second.',
    }),
  concurrency: z.int().min(1).max(1000).nullable().default(null).meta({
    title: 'Calls at once',
    description: 'Deliveries under way at one moment. null: what the destination is known to allow.',
  }),
  types: z
    .record(
      z
        .string()
        .max(200)
        .regex(/^(\*|[\w-]+(\.[\w-]+)*(\.\*)?)$/, 'is not an event type, a prefix such as message.*, or *'),
      typeLimit,
    )
    .refine((given) => Object.keys(given).length <= 50, 'has more than 50 patterns')
    .default({
      [leadQualified.type]: { concurrency: null, priority: 10 },
      [conversationEscalated.type]: { concurrency: null, priority: 10 },
    })
    .meta({
      title: 'Limits by event type',
      description:
        'Event type, prefix such as message.*, or * -> its limits. Of several that fit, the narrowest that says it ' +
        'decides, for concurrency and priority each. A map given replaces the default, it does not add to it.',
      examples: [
        {
          'conversation.*': { concurrency: 5 },
          'message.*': { concurrency: 10 },
          [leadQualified.type]: { concurrency: 3, priority: 10 },
          [conversationEscalated.type]: { priority: 10 },
        },
      ],
    }),
  adaptive: z.boolean().default(false).meta({
    title: 'Adaptive',
    description:
      'Goes below the limits where the other side cannot keep up (429, timeouts), and slowly back up to them.',
  }),
});

const breaker = z.strictObject({
  failures: z.int().min(1).max(10_000).default(10).meta({
    title: 'Failures in a row',
    description: 'Opens after so many calls one after the other that the other side could not serve.',
  }),
  ratio: z.number().min(0.01).max(1).default(0.5).meta({
    title: 'Share of failures',
    description: 'Opens when so large a share of the calls in the window failed.',
  }),
  minimum_calls: z.int().min(1).max(10_000).default(20).meta({
    title: 'Fewest calls',
    description: 'The share of failures counts from so many calls in the window.',
  }),
  window_seconds: z.number().min(1).max(HOUR).default(60).meta({
    title: 'Window',
    description: 'Seconds over which the share of failures is taken.',
  }),
  rest_seconds: period.max(DAY).default(30).meta({
    title: 'Rest',
    description: 'Seconds until one delivery is let through to see; twice as long each time it fails.',
  }),
  max_rest_seconds: period.max(DAY).default(600).meta({
    title: 'Longest rest',
    description: 'Seconds from which on the rests grow no more.',
  }),
});

/** How an integration is delivered to. Each field may be left out; unknown ones are refused. */
export const deliverySettings = z.strictObject({
  retry: z.discriminatedUnion('kind', [exponential, linear, delays]).prefault({}).meta({
    title: 'Retries',
    description:
      'When a delivery that may work later is tried again. Delays are up to 5 % longer, never shorter.',
  }),
  retry_on: failures.default([]).meta({
    title: 'Retry on',
    description:
      'Statuses, classes such as 5xx, and kinds of errors that are tried again although the destination would not. ' +
      'What neither list names is left to the destination.',
  }),
  dont_retry_on: failures.default([]).meta({
    title: 'Do not retry on',
    description: 'The same for what is never tried again; it wins over "Retry on".',
  }),
  retry_after_max_seconds: z
    .number()
    .min(1)
    .max(30 * DAY)
    .default(DAY)
    .meta({
      title: 'Longest Retry-After',
      description: 'Seconds up to which the other side is obeyed when it says how long to stay away.',
    }),
  timeout_seconds: period.max(300).default(15).meta({
    title: 'Timeout',
    description: 'Seconds from sending a call to the last byte of its answer.',
  }),
  max_age_seconds: period
    .max(30 * DAY)
    .default(7 * DAY)
    .meta({
      title: 'Longest wait',
      description: 'A delivery that still waits so many seconds after its event was accepted is given up.',
    }),
  parked_max_age_seconds: period
    .max(90 * DAY)
    .default(30 * DAY)
    .meta({
      title: 'Longest wait while parked',
      description: 'The same while the integration is at fault or switched off.',
    }),
  limits: limits.prefault({}).meta({
    title: 'Limits',
    description: 'How fast, how many at once, and which first.',
  }),
  breaker: breaker.prefault({}).meta({
    title: 'Breaker',
    description: 'When the other side is left in peace because it does not work.',
  }),
  disable_after_seconds: period
    .max(90 * DAY)
    .default(5 * DAY)
    .meta({
      title: 'Disable after',
      description: 'An integration that only failed for so many seconds, again and again, is switched off.',
    }),
});

export type DeliverySettings = z.output<typeof deliverySettings>;
