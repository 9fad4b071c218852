// Asks a model about a conversation: sends the prompt and reads the answer, which must have the contract's form.
import { ChatClient, type ChatClientOptions, ModelError, type Usage } from '@switchboard/egress/chat';
import { AnswerError, answerSchema, type ModelAnswer, readAnswer } from './answer.ts';
import type { Prompt } from './prompt.ts';

export { ModelError, type ModelErrorCode, type Usage } from '@switchboard/egress/chat';

export type ModelClientOptions = ChatClientOptions;

/** The reply of a model. */
export interface ModelReply {
  readonly answer: ModelAnswer;
  /** The server's name of the model, which may be more exact than the one in the request. */
  readonly model: string;
  /** Undefined when the server did not report it. */
  readonly usage: Usage | undefined;
}

export class ModelClient {
  private readonly chat: ChatClient;

  constructor(options: ModelClientOptions) {
    this.chat = new ChatClient(options);
  }

  /** Makes one call. Throws `ModelError`. `signal` ends the call and may outlive it. */
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
