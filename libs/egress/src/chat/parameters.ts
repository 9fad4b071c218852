// Which parameters a model's server takes. Servers and models differ, and say so by refusing: what one has refused is left out,
// or replaced by what does the same, from then on. Source of the refusals: OpenAI's guide on error codes (`param`, and `code`
// `unsupported_parameter` or `unsupported_value`), and the texts of servers that name the parameter in words alone.
import type OpenAI from 'openai';

/** What may be left out; of the two names of the answer's bound and of the two forms of its format, the other is used. */
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
  /** What is never sent. */
  readonly omit?: readonly Omittable[] | undefined;
  /** Is told once of each parameter that the server refused. */
  readonly told?: ((parameter: Omittable) => void) | undefined;
}

/** What all questions to a server have in common. */
export type CommonParameters = Pick<
  OpenAI.ChatCompletionCreateParamsNonStreaming,
  'temperature' | 'store' | 'max_tokens' | 'max_completion_tokens' | 'response_format'
>;

/** What was left out of a request. */
export type Omitted = ReadonlySet<Omittable>;

const TEMPERATURE = 0.1;
/** Longer texts quote what was sent. */
const LONGEST_TEXT = 2_000;
const REFUSING =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|unavailable|not (?:permitted|allowed|available)|forbidden|invalid parameter/i;

/** The parameters of one model on one server, learned by all its keys together. */
export class ChatParameters {
  private omitted: Omitted;
  private readonly own: boolean;

  constructor(private readonly options: ChatParametersOptions) {
    this.omitted = new Set(options.omit ?? []);
    this.own = isOpenAi(options.baseUrl);
  }

  /** What is left out now. */
  get now(): Omitted {
    return this.omitted;
  }

  /** The parameters of a request. */
  common(omitted: Omitted, answerTokens: number, name: string, schema: object): CommonParameters {
    const bound = this.boundOf(omitted);
    const format = formatOf(omitted);
    return {
      ...(!omitted.has('temperature') && { temperature: TEMPERATURE }),
      ...(bound && { [bound]: answerTokens }),
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

  /** Leaves out what was refused; false when there is nothing else to try. */
  refused(parameter: Omittable, before: Omitted): boolean {
    // Others have learned more since this was sent.
    if (this.omitted !== before) return true;
    const next = new Set(before).add(parameter);
    // An answer without a bound could cost whatever it likes.
    if (isBound(parameter) && this.boundOf(next) === undefined) return false;
    this.omitted = next;
    this.options.told?.(parameter);
    return true;
  }

  /**
   * Which of its parameters a refusal is about, by the `param` of the error or the `text` of the answer; undefined when it is
   * about what was asked.
   */
  refusedIn(param: string | null | undefined, text: string, omitted: Omitted): Omittable | undefined {
    const bound = this.boundOf(omitted);
    const format = formatOf(omitted);
    const names: [Omittable, string][] = [];
    for (const name of ['temperature', 'store'] as const) if (!omitted.has(name)) names.push([name, name]);
    if (bound) names.push([bound, bound]);
    if (format) names.push([format, 'response_format']);
    if (param) {
      const [root] = param.split(/[.[]/);
      return names.find(([, name]) => name === root)?.[0];
    }
    const said = text.slice(0, LONGEST_TEXT);
    if (!REFUSING.test(said)) return undefined;
    // In quotes, or at the end of "argument supplied: store": else it may be a word of somebody's text.
    return names.find(([, name]) =>
      new RegExp(`(?:["'\`\\\\]|: )${name}(?:["'\`\\\\]|$|[.,])`).test(said),
    )?.[0];
  }

  private boundOf(omitted: Omitted): 'max_tokens' | 'max_completion_tokens' | undefined {
    const names = ['max_completion_tokens', 'max_tokens'] as const;
    return (this.own ? names : names.toReversed()).find((name) => !omitted.has(name));
  }
}

/** OpenAI's newer models refuse the older name of the answer's bound; servers of others do not keep to the newer one. */
function isOpenAi(baseUrl: string): boolean {
  return /(?:^|\.)openai\.(?:azure\.)?com$/.test(new URL(baseUrl).hostname);
}

function isBound(parameter: Omittable): boolean {
  return parameter === 'max_tokens' || parameter === 'max_completion_tokens';
}

/** How the answer is asked for; undefined: in words alone. */
export function formatOf(omitted: Omitted): 'json_schema' | 'json_object' | undefined {
  return (['json_schema', 'json_object'] as const).find((format) => !omitted.has(format));
}
