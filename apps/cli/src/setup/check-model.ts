// Asks the configured model one question, as the enricher would, and says what is wrong: a key that is refused, a model that is
// not there, a parameter that it does not take, an answer of another form.
import { HttpClient } from '@switchboard/egress';
import {
  ChatClient,
  ChatParameters,
  ModelError,
  type ModelErrorCode,
  type Omittable,
} from '@switchboard/egress/chat';
import { type Config, ConfigError, modelServerSettings, readConfig } from '@switchboard/service';

/** What came of asking a model. */
export interface ModelChecked {
  /** As configured. */
  readonly model: string;
  readonly usable: boolean;
  /** In words; quotes nothing that a server wrote. */
  readonly says: string;
  /** What the server refused, so that it is left out. */
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

/** What each kind of trouble means here, where the configuration is being looked at. */
const MEANS: Partial<Record<ModelErrorCode, string>> = {
  credentials: 'OPENAI_API_KEY is refused, or may not use this model',
  unreachable: 'the server of OPENAI_BASE_URL cannot be reached',
  timeout: 'it does not answer within MODEL_TIMEOUT_MS',
  too_long: 'its answer does not fit into MODEL_ANSWER_TOKENS, which models that reason need more of',
  refused: 'it refuses the request: see OPENAI_MODEL, OPENAI_BASE_URL and MODEL_OMIT',
  quota: 'nothing is left on the account of OPENAI_API_KEY',
};

/** Asks the model that `env` configures. Throws ConfigError where there is no key, or a setting is wrong. */
export async function checkModel(env: NodeJS.ProcessEnv): Promise<ModelChecked> {
  const config = readConfig(modelServerSettings, env);
  const { OPENAI_API_KEY: apiKey, OPENAI_MODEL: model } = config;
  if (apiKey === undefined)
    throw new ConfigError(
      'checking the model: OPENAI_API_KEY is not set, so only tenants with a key have it',
    );
  const refuses: Omittable[] = [];
  const http = new HttpClient();
  try {
    const { answered, ms } = await ask(http, config, apiKey, (parameter) => refuses.push(parameter));
    const left = refuses.length === 0 ? '' : `; it takes no ${refuses.join(', no ')}, which is left out`;
    return { model, refuses, usable: true, says: `usable: ${answered} answered in ${ms} ms${left}` };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const means = MEANS[error.code];
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
  told: (parameter: Omittable) => void,
): Promise<{ answered: string; ms: number }> {
  const { OPENAI_BASE_URL: baseUrl, MODEL_TIMEOUT_MS: timeoutMs } = config;
  const client = new ChatClient({
    http,
    baseUrl,
    apiKey,
    timeoutMs,
    model: config.OPENAI_MODEL,
    answerTokens: config.MODEL_ANSWER_TOKENS,
    parameters: new ChatParameters({ baseUrl, omit: config.MODEL_OMIT, onRefused: told }),
  });
  const began = performance.now();
  const { text, model } = await client.ask(QUESTION, new AbortController().signal);
  if (!isAnswer(text))
    throw new ModelError('invalid_answer', 'it answers something else than the schema says', {
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
