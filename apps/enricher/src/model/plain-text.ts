// Checks that a text has no links, no markup and no invisible characters. A stranger may have dictated the text to the model.
// It goes into chats, e-mails and CRM records, where a link or markup would act in our name.

/** Zero-width joiners where they are correct: between letters of scripts that need them, and inside an emoji. */
const JOINER =
  /(?<=(?![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}])[\p{L}\p{M}])[\u200c\u200d](?=(?![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}])\p{L})|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})/gu;
/** Invisible characters: controls, formats, lone surrogates, private and unassigned ones, line separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;

// Every pattern has a limited length, so that the time for a long text is linear.
const FORBIDDEN: readonly RegExp[] = [
  // URLs, also disguised ones, and schemes that work without slashes.
  /:\/\/|%(?:2e|2f|3a)|\\\\/i,
  /\b(?:javascript|vbscript|mailto):|\bdata:\w{1,20}\//i,
  // Domains, IP addresses and e-mail addresses: a dot with a name after it.
  /[\p{L}\p{N}]\.\p{L}{2}/u,
  /[a-z0-9]\u3002[a-z]{2}/i,
  /\d{1,3}(?:\.\d{1,3}){3}/,
  /\[\.\]|\(\.\)|[[(] ?dot ?[\])]|\bwww\b/i,
  // Markup of web pages, chats and templates.
  /<[\p{L}!@#/?%$]|&(?:#\w|[a-z]{2,8};)/iu,
  /@(?:all|channel|everyone|here)\b/i,
  /\]\(|\]\[|!\[/,
  /\{\{|\{%|\$\{|#\{/,
];

/** False for a text with a URL, a domain, markup, a mention of a whole channel or an invisible character. */
export function isPlainText(text: string): boolean {
  const bare = text.replace(JOINER, '');
  if (INVISIBLE.test(bare)) return false;
  // Compatibility forms and letters with combining marks are compared as the characters that they look like.
  const folded = bare.normalize('NFKD').replace(/\p{M}/gu, '');
  return !FORBIDDEN.some((pattern) => pattern.test(folded));
}
