// Learns which parameters a model's server accepts. Servers and models differ: a parameter that was refused is left out from
// then on, or replaced by an equivalent one. Source of the refusals: OpenAI's guide on error codes (`param`, and `code`
// `unsupported_parameter` or `unsupported_value`), and texts of servers that name the parameter only in words.
import type OpenAI from 'openai';

/** Parameters that may be left out. Two are names of the token limit and two are answer formats: then the other one is used. */
export const OMITTABLE = [
  'temperature',
  'store',
  'max_tokens',
  'max_completion_tokens',
  'json_schema',
  'json_object',
] as const;
export type Omittable = (typeof OMITTABLE)[number];

export interface ChatParametersOptions {
  /** For example `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Parameters that are never sent. */
  readonly omit?: readonly Omittable[] | undefined;
  /** Called once for each parameter that the server refuses. */
  readonly onRefused?: ((parameter: Omittable) => void) | undefined;
}

/** The parameters that all questions to a server have in common. */
export type CommonParameters = Pick<
  OpenAI.ChatCompletionCreateParamsNonStreaming,
  'temperature' | 'store' | 'max_tokens' | 'max_completion_tokens' | 'response_format'
>;

/** The parameters that are left out of a request. */
export type Omitted = ReadonlySet<Omittable>;

const TEMPERATURE = 0.1;
/** Longer texts quote what was sent. */
const MAX_REFUSAL_TEXT = 2_000;
const REFUSING =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|unavailable|not (?:permitted|allowed|available)|forbidden|invalid parameter/i;

/** The parameters of one model on one server; the clients of all keys learn together. */
export class ChatParameters {
  private omitted: Omitted;
  private readonly isOpenAi: boolean;

  constructor(private readonly options: ChatParametersOptions) {
    this.omitted = new Set(options.omit ?? []);
    this.isOpenAi = isOpenAi(options.baseUrl);
  }

  /** The parameters that are left out now. */
  get current(): Omitted {
    return this.omitted;
  }

  /** The parameters of a request. */
  common(omitted: Omitted, answerTokens: number, name: string, schema: object): CommonParameters {
    const limit = this.limitName(omitted);
    const format = formatOf(omitted);
    return {
      ...(!omitted.has('temperature') && { temperature: TEMPERATURE }),
      ...(limit && { [limit]: answerTokens }),
      ...(!omitted.has('store') && { store: false }),
      ...(format === 'json_schema' && {
        response_format: {
          type: 'json_schema',
          json_schema: { name, strict: true, schema: schema as Record<string, unknown> },
        },
      }),
      ...(format === 'json_object' && { response_format: { type: 'json_object' } }),
    };
  }

  /** Leaves the refused parameter out from now on; false when there is nothing else to try. */
  omit(parameter: Omittable, before: Omitted): boolean {
    // Another call has learned something since this one was sent.
    if (this.omitted !== before) return true;
    const next = new Set(before).add(parameter);
    // An answer without a limit could cost any amount.
    if (isLimit(parameter) && this.limitName(next) === undefined) return false;
    this.omitted = next;
    this.options.onRefused?.(parameter);
    return true;
  }

  /**
   * Which of our parameters a refusal is about, by the `param` of the error or the `text` of the response; undefined when it
   * is about the question.
   */
  refusedIn(param: string | null | undefined, text: string, omitted: Omitted): Omittable | undefined {
    const limit = this.limitName(omitted);
    const format = formatOf(omitted);
    const names: [Omittable, string][] = [];
    for (const name of ['temperature', 'store'] as const) if (!omitted.has(name)) names.push([name, name]);
    if (limit) names.push([limit, limit]);
    if (format) names.push([format, 'response_format']);
    if (param) {
      const [root] = param.split(/[.[]/);
      return names.find(([, name]) => name === root)?.[0];
    }
    const start = text.slice(0, MAX_REFUSAL_TEXT);
    if (!REFUSING.test(start)) return undefined;
    // In quotes, or at the end as in "argument supplied: store". Elsewhere it may be a word of a quoted text.
    return names.find(([, name]) =>
      new RegExp(`(?:["'\`\\\\]|: )${name}(?:["'\`\\\\]|$|[.,])`).test(start),
    )?.[0];
  }

  private limitName(omitted: Omitted): 'max_tokens' | 'max_completion_tokens' | undefined {
    const names = ['max_completion_tokens', 'max_tokens'] as const;
    return (this.isOpenAi ? names : names.toReversed()).find((name) => !omitted.has(name));
  }
}

/** OpenAI's newer models refuse the older name of the token limit; other servers do not always obey the newer one. */
function isOpenAi(baseUrl: string): boolean {
  return /(?:^|\.)openai\.(?:azure\.)?com$/.test(new URL(baseUrl).hostname);
}

function isLimit(parameter: Omittable): boolean {
  return parameter === 'max_tokens' || parameter === 'max_completion_tokens';
}

/** The format parameter of the request; undefined when only the prompt describes the format. */
export function formatOf(omitted: Omitted): 'json_schema' | 'json_object' | undefined {
  return (['json_schema', 'json_object'] as const).find((format) => !omitted.has(format));
}
