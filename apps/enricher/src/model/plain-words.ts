// Whether a text is words and nothing more. What a model writes may be what a stranger told it to write, and it goes on into
// chats, mails and records of others, where a link or a piece of markup would act in our name.

/** Joins or parts the letters of scripts that need it, and makes one emoji of several. */
const JOINER =
  /(?<=(?![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}])[\p{L}\p{M}])[\u200c\u200d](?=(?![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}])\p{L})|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})/gu;
/** Characters that are not seen: controls, formats, lone surrogates, private and unassigned ones, line separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

// All of fixed length, so that a long text takes no more than linear time.
const NOT_WORDS: readonly RegExp[] = [
  // URLs, also written so that a filter does not see them, and schemes that act without slashes.
  /:\/\/|%(?:2e|2f|3a)|\\\\/i,
  /\b(?:javascript|vbscript|mailto):|\bdata:\w{1,20}\//i,
  // Domains, addresses, mail addresses: a dot with a name behind it.
  /[\p{L}\p{N}]\.\p{L}{2}/u,
  /[a-z0-9]\u3002[a-z]{2}/i,
  /\d{1,3}(?:\.\d{1,3}){3}/,
  /\[\.\]|\(\.\)|[[(] ?dot ?[\])]|\bwww\b/i,
  // Markup of web pages, of chats and of templates.
  /<[\p{L}!@#/?%$]|&(?:#\w|[a-z]{2,8};)/iu,
  /@(?:all|channel|everyone|here)\b/i,
  /\]\(|\]\[|!\[/,
  /\{\{|\{%|\$\{|#\{/,
];

/** False for a text with a URL, a domain, markup, a call to a whole channel or a character that is not seen. */
export function isPlainWords(text: string): boolean {
  const bare = text.replace(JOINER, '');
  if (UNSEEN.test(bare)) return false;
  // Other forms of the same letters and signs, and marks laid over them, are read as what they look like.
  const folded = bare.normalize('NFKD').replace(/\p{M}/gu, '');
  return !NOT_WORDS.some((pattern) => pattern.test(folded));
}
