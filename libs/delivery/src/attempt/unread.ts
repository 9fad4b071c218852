// An answer of more than is read is an answer: by its status the other side has said what became of the call, and calling
// again could double that. So a sink gets it with an empty body.
import { EgressError, type HttpClient, type HttpReply, type HttpRequest } from '@switchboard/egress';

/** The client, of whose calls those that are answered too much end like those that are answered nothing legible. */
export function takingUnread(client: Pick<HttpClient, 'request'>): Pick<HttpClient, 'request'> {
  return {
    request: (call) =>
      client.request(call).catch((error: unknown) => {
        const reply = unreadReply(call, error);
        if (reply === undefined) throw error;
        return reply;
      }),
  };
}

function unreadReply({ method }: HttpRequest, error: unknown): HttpReply | undefined {
  if (!(error instanceof EgressError) || error.code !== 'RESPONSE_TOO_LARGE') return undefined;
  const { status, headers } = error;
  if (status === undefined) return undefined;
  // Who was asked a question and answers at length has not said that there is nothing. Asking again changes nothing.
  if (method === 'GET' && status < 300) return undefined;
  return { status, headers, text: '', json: () => undefined };
}
