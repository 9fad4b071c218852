// A model that is asked about conversations: the prompt as a question, its answer as what the contract allows.
import { ChatClient, type ChatClientOptions, ModelError, type Usage } from '@switchboard/egress/chat';
import { AnswerError, answerSchema, type ModelAnswer, readAnswer } from './answer.ts';
import type { Prompt } from './prompt.ts';

export { ModelError, type ModelErrorCode, type Usage } from '@switchboard/egress/chat';

export type ModelClientOptions = ChatClientOptions;

/** What a model said. */
export interface ModelReply {
  readonly answer: ModelAnswer;
  /** As its server names it, which may be more exact than what was asked for. */
  readonly model: string;
  /** Undefined when the server did not say. */
  readonly usage: Usage | undefined;
}

export class ModelClient {
  private readonly chat: ChatClient;

  constructor(options: ModelClientOptions) {
    this.chat = new ChatClient(options);
  }

  /** Asks once. Throws `ModelError`. `signal` ends the call and may outlive it. */
  async ask({ messages, canary }: Prompt, signal: AbortSignal): Promise<ModelReply> {
    const question = { messages, schema: answerSchema, name: 'enrichment' };
    const { text, model, usage } = await this.chat.ask(question, signal);
    try {
      return { answer: readAnswer(text, canary), model, usage };
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      const what = `the answer cannot be used (${error.code})`;
      throw new ModelError('invalid_answer', what, { cause: error, usage, billed: true, again: true });
    }
  }
}
