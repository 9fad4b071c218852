// Asks the configured model one question, as the enricher does, and explains what is wrong: a refused key, an unknown
// model, a parameter that it does not accept, an answer in another form.
import { HttpClient } from '@switchboard/egress';
import {
  ChatClient,
  ChatParameters,
  ModelError,
  type ModelErrorCode,
  type Omittable,
} from '@switchboard/egress/chat';
import { type Config, ConfigError, modelServerSettings, readConfig } from '@switchboard/service';

/** The result of a check. Its shape is that of --json. */
export interface ModelChecked {
  /** OPENAI_MODEL. */
  readonly model: string;
  readonly usable: boolean;
  /** For people; quotes nothing that a server wrote. */
  readonly says: string;
  /** Parameters that the server refused, and that are left out. */
  readonly refuses: readonly Omittable[];
}

const SCHEMA = {
  type: 'object',
  properties: { sentiment: { type: 'string', enum: ['positive', 'neutral', 'negative'] } },
  required: ['sentiment'],
  additionalProperties: false,
} as const;
const QUESTION = {
  name: 'check',
  schema: SCHEMA,
  messages: [
    { role: 'system', content: 'You judge a sentence. Answer with one JSON object as the schema says.' },
    { role: 'user', content: 'I was charged twice and nobody answers.' },
  ],
} as const;

/** What each error means for the configuration. */
const EXPLANATIONS: Partial<Record<ModelErrorCode, string>> = {
  credentials: 'OPENAI_API_KEY was refused, or may not use this model',
  unreachable: 'the server of OPENAI_BASE_URL cannot be reached',
  timeout: 'the model did not answer within MODEL_TIMEOUT_MS',
  too_long: 'the answer is longer than MODEL_ANSWER_TOKENS; models that reason need more',
  refused: 'the server refused the request; check OPENAI_MODEL, OPENAI_BASE_URL and MODEL_OMIT',
  quota: 'the account of OPENAI_API_KEY has no credit left',
};

/** Asks the model that `env` configures. Throws ConfigError if there is no key or a setting is wrong. */
export async function checkModel(env: NodeJS.ProcessEnv): Promise<ModelChecked> {
  const config = readConfig(modelServerSettings, env);
  const { OPENAI_API_KEY: apiKey, OPENAI_MODEL: model } = config;
  if (apiKey === undefined)
    throw new ConfigError(
      'checking the model: OPENAI_API_KEY is not set; only tenants with their own key use a model',
    );
  const refuses: Omittable[] = [];
  const http = new HttpClient();
  try {
    const { answered, ms } = await ask(http, config, apiKey, (parameter) => refuses.push(parameter));
    const left =
      refuses.length === 0 ? '' : `; it does not accept ${refuses.join(' and ')}, which is left out`;
    return { model, refuses, usable: true, says: `usable: ${answered} answered in ${ms} ms${left}` };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const means = EXPLANATIONS[error.code];
    return {
      model,
      refuses,
      usable: false,
      says: `${means ? `${means} (` : ''}${error.message}${means ? ')' : ''}`,
    };
  } finally {
    await http.close();
  }
}

async function ask(
  http: HttpClient,
  config: Config<typeof modelServerSettings>,
  apiKey: string,
  onRefused: (parameter: Omittable) => void,
): Promise<{ answered: string; ms: number }> {
  const { OPENAI_BASE_URL: baseUrl, MODEL_TIMEOUT_MS: timeoutMs } = config;
  const client = new ChatClient({
    http,
    baseUrl,
    apiKey,
    timeoutMs,
    model: config.OPENAI_MODEL,
    answerTokens: config.MODEL_ANSWER_TOKENS,
    parameters: new ChatParameters({ baseUrl, omit: config.MODEL_OMIT, onRefused }),
  });
  const began = performance.now();
  const { text, model } = await client.ask(QUESTION, new AbortController().signal);
  if (!isAnswer(text))
    throw new ModelError('invalid_answer', 'the answer does not fit the schema', {
      billed: true,
    });
  return { answered: model, ms: Math.round(performance.now() - began) };
}

function isAnswer(text: string): boolean {
  try {
    const { sentiment } = JSON.parse(text) as { sentiment?: unknown };
    return SCHEMA.properties.sentiment.enum.some((one) => one === sentiment);
  } catch {
    return false;
  }
}
