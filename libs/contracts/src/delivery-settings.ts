// The schema of an integration's delivery settings: retries, waiting, limits, breaker. Durations are in seconds. Every
// field has a default.
import { z } from 'zod';
import { conversationEscalated } from './events/conversation.ts';
import { leadQualified } from './events/customer.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const MAX_ATTEMPTS = 100;

/** Classes of HTTP statuses that a list may name. */
const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;

/** Why a call has no complete answer. `threw`: the code of the sink threw, which is a bug in it. */
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
/** The default delays double from 2 s: the last attempt comes 68 minutes after the first. */
const ATTEMPTS = 12;
const attempts = z.int().min(1).max(MAX_ATTEMPTS).default(ATTEMPTS).meta({
  title: 'Attempts',
  description: 'Attempts in all, the first one included. A pause that the other side asks for uses up none.',
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
    description: 'Each delay is the one before it times this factor.',
  }),
  max_seconds: period
    .max(7 * DAY)
    .default(DAY)
    .meta({
      title: 'Longest delay',
      description: 'The longest delay in seconds; delays grow up to it.',
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
      description: 'Seconds between one attempt and the next.',
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
      description:
        'Seconds before the second attempt, the third and so on. There is one attempt more than delays.',
    }),
});

const typeLimit = z.strictObject({
  concurrency: z.int().min(1).max(1000).nullable().default(null).meta({
    title: 'Calls at once',
    description:
      'Calls at once for all types of the pattern together. null: as a wider pattern says, else no limit.',
  }),
  priority: z.int().min(-100).max(100).nullable().default(null).meta({
    title: 'Priority',
    description:
      'Of several deliveries that may go out, the one with the larger number goes first. null: as a wider pattern says, else 0.',
  }),
});

const limits = z.strictObject({
  per_second: z.number().min(0.0001).max(100_000).nullable().default(null).meta({
    title: 'Calls per second',
    description: 'Deliveries that begin per second. null: what the destination is known to allow.',
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
        'Deliveries that may begin at one moment after a pause. null: a tenth of a second of the rate, at least 1, so that ' +
        'below 20 a second deliveries are spaced evenly.',
    }),
  concurrency: z.int().min(1).max(1000).nullable().default(null).meta({
    title: 'Calls at once',
    description: 'Deliveries in flight at once. null: what the destination is known to allow.',
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
        'Limits by event type, by a prefix such as message.*, or by *. Where several fit, the narrowest one with a value ' +
        'decides, for concurrency and priority each. A map here replaces the whole default.',
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
      'Lowers the limits while the other side cannot keep up (429, timeouts), and slowly raises them again.',
  }),
});

const breaker = z.strictObject({
  failures: z.int().min(1).max(10_000).default(10).meta({
    title: 'Failures in a row',
    description: 'The breaker opens after this number of calls in a row that the other side could not serve.',
  }),
  ratio: z.number().min(0.01).max(1).default(0.5).meta({
    title: 'Share of failures',
    description: 'The breaker opens when this share of the calls in the window failed.',
  }),
  minimum_calls: z.int().min(1).max(10_000).default(20).meta({
    title: 'Fewest calls',
    description: 'The share of failures counts only with at least this number of calls in the window.',
  }),
  window_seconds: z.number().min(1).max(HOUR).default(60).meta({
    title: 'Window',
    description: 'Seconds over which the share of failures is measured.',
  }),
  rest_seconds: period.max(DAY).default(30).meta({
    title: 'Rest',
    description:
      'Seconds until one delivery goes out as a test. Each time it fails, the rest is twice as long.',
  }),
  max_rest_seconds: period.max(DAY).default(600).meta({
    title: 'Longest rest',
    description: 'The longest rest in seconds; rests grow up to it.',
  }),
});

/** The delivery settings of an integration. Each field may be left out; unknown fields are refused. */
export const deliverySettings = z.strictObject({
  retry: z.discriminatedUnion('kind', [exponential, linear, delays]).prefault({}).meta({
    title: 'Retries',
    description:
      'When a failed delivery is tried again. Delays are up to 5 % longer than set, never shorter.',
  }),
  retry_on: failures.default([]).meta({
    title: 'Retry on',
    description:
      'Statuses, classes such as 5xx, and kinds of errors that are tried again although the sink would not. ' +
      'The sink decides what neither list names.',
  }),
  dont_retry_on: failures.default([]).meta({
    title: 'Do not retry on',
    description: 'The same for what is never tried again. It overrides "Retry on".',
  }),
  retry_after_max_seconds: z
    .number()
    .min(1)
    .max(30 * DAY)
    .default(DAY)
    .meta({
      title: 'Longest Retry-After',
      description: 'The longest pause in seconds that the other side can ask for (Retry-After).',
    }),
  timeout_seconds: period
    .max(300)
    .default(15)
    .meta({
      title: 'Timeout',
      description:
        'Seconds from sending a call to the last byte of its answer. ' +
        'A stop of the service waits for a call for 17 s: one that lasts longer can be cut off and made again.',
    }),
  max_age_seconds: period
    .max(30 * DAY)
    .default(7 * DAY)
    .meta({
      title: 'Longest wait',
      description:
        'A delivery that still waits this many seconds after its event was accepted becomes a dead letter.',
    }),
  parked_max_age_seconds: period
    .max(90 * DAY)
    .default(30 * DAY)
    .meta({
      title: 'Longest wait while parked',
      description: 'The same while the integration is open, broken, disabled or off.',
    }),
  limits: limits.prefault({}).meta({
    title: 'Limits',
    description: 'How many deliveries per second, how many at once, and which ones first.',
  }),
  breaker: breaker.prefault({}).meta({
    title: 'Breaker',
    description: 'The circuit breaker: when calls stop because the other side does not work.',
  }),
  disable_after_seconds: period
    .max(90 * DAY)
    .default(5 * DAY)
    .meta({
      title: 'Disable after',
      description: 'An integration that had nothing but failures for this many seconds is switched off.',
    }),
});

export type DeliverySettings = z.output<typeof deliverySettings>;
