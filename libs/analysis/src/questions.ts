// Finds the questions in a text: sentences with a question mark, and sentences that begin like a question.
const SENTENCE_END = /[.!?…]{1,8}(?=\s|$)|\n/g;
const BEGINS_LIKE_QUESTION =
  /^(?:(?:hi|hello|hey|so|and|but|ok|please)[, ]+)?(?:how|what|where|when|why|who|which|is there|are there|can (?:i|you|we)|could you|do you|does (?:it|the|your)) (?!a |an |nice|great|lovely)\S+ \S+/i;
const MAX_QUESTIONS = 5;
const MAX_LENGTH = 200;

/** Up to five questions of `text`, each cut to 200 characters. */
export function questionsOf(text: string): string[] {
  const questions: string[] = [];
  let from = 0;
  const take = (end: number, asked: boolean) => {
    const sentence = text.slice(from, end).trim();
    from = end;
    if (sentence !== '' && /\p{L}/u.test(sentence) && (asked || BEGINS_LIKE_QUESTION.test(sentence))) {
      questions.push(sentence.slice(0, MAX_LENGTH));
    }
  };
  for (const mark of text.matchAll(SENTENCE_END)) {
    take(mark.index + mark[0].length, mark[0].includes('?'));
    if (questions.length === MAX_QUESTIONS) return questions;
  }
  if (from < text.length) take(text.length, false);
  return questions;
}
