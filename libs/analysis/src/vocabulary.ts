// Finds a tenant's own names in a text, as whole words in upper or lower case. A vocabulary is compiled once and kept as long
// as its object exists: all events of a tenant come with the same object.
import type { Vocabulary } from './analyser.ts';
import { PhraseBook } from './phrases.ts';
import { type Tokens, tokenise } from './tokens.ts';

const MAX_MENTIONS = 10;

type Kind = 'products' | 'competitors';

interface Name {
  readonly kind: Kind;
  readonly name: string;
}

/** The names in a text, each once, spelled as configured. */
export interface Mentions {
  readonly products: readonly string[];
  readonly competitors: readonly string[];
  /** By product, the numbers of the sentences that name it. */
  readonly sentences: ReadonlyMap<string, ReadonlySet<number>>;
}

const NOTHING: Mentions = { products: [], competitors: [], sentences: new Map() };

/** Finds the names of a tenant's vocabulary, and the competitors for all tenants. */
export class NameFinder {
  readonly #common: PhraseBook<Name> | undefined;
  readonly #competitors: readonly string[];
  readonly #books = new WeakMap<Vocabulary, PhraseBook<Name> | undefined>();

  constructor(competitors: readonly string[]) {
    this.#competitors = competitors;
    this.#common = bookOf({ products: [], competitors });
  }

  /** Finds at most ten names of each kind. */
  mentions(tokens: Tokens, vocabulary: Vocabulary | undefined): Mentions {
    const book = this.#bookOf(vocabulary);
    if (book === undefined) return NOTHING;
    const found = { products: new Set<string>(), competitors: new Set<string>() };
    const sentences = new Map<string, Set<number>>();
    book.scan(tokens, (names, start) => {
      for (const { kind, name } of names) {
        found[kind].add(name);
        if (kind !== 'products') continue;
        const those = sentences.get(name) ?? new Set();
        sentences.set(name, those.add(tokens.sentence[start] as number));
      }
    });
    return { products: first(found.products), competitors: first(found.competitors), sentences };
  }

  #bookOf(vocabulary: Vocabulary | undefined): PhraseBook<Name> | undefined {
    if (vocabulary === undefined) return this.#common;
    if (!this.#books.has(vocabulary)) {
      const competitors = [...this.#competitors, ...vocabulary.competitors];
      this.#books.set(vocabulary, bookOf({ products: vocabulary.products, competitors }));
    }
    return this.#books.get(vocabulary);
  }
}

function first(names: ReadonlySet<string>): string[] {
  return [...names].slice(0, MAX_MENTIONS);
}

function bookOf(vocabulary: Vocabulary): PhraseBook<Name> | undefined {
  const book = new PhraseBook<Name>();
  let names = 0;
  for (const kind of ['products', 'competitors'] as const) {
    // A name may be given twice: for all tenants and by the tenant.
    for (const name of new Set(vocabulary[kind])) {
      const { words } = tokenise(name);
      if (words.length === 0) continue;
      book.add(words.join(' '), { kind, name });
      names += 1;
    }
  }
  return names === 0 ? undefined : book;
}
