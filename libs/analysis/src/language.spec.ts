import { isEnglish, languageOf } from './language.ts';
import { tokenise } from './tokens.ts';

test.each([
  ['en', 'pls help asap'],
  ['en', 'App crashes on iOS 17'],
  ['en', 'I was charged twice for my order'],
  ['de', 'Wo bleibt meine Bestellung? Ich warte seit zwei Wochen.'],
  ['de', 'ich kann mich nicht anmelden'],
  ['fr', 'Je voudrais annuler mon abonnement'],
  ['es', '¿Dónde está mi pedido?'],
  ['pt', 'O meu pagamento foi recusado e não sei porquê'],
  ['it', 'Mi hanno addebitato due volte'],
  ['nl', 'De app werkt niet meer sinds de update'],
  ['pl', 'Gdzie jest moja paczka?'],
  ['ru', 'Где мой заказ?'],
  ['fi', 'En pääse kirjautumaan sisään'],
  ['ja', '注文が届かない'],
  ['zh', '我的订单在哪里'],
  ['ko', '주문이 안 왔어요'],
  ['ar', 'أين طلبي'],
  [undefined, 'xqz asdf qwer'],
  [undefined, 'INV-2231 VAT'],
  [undefined, 'ok'],
  [undefined, '👍'],
  [undefined, '12345'],
])('%s: %s', async (language, text) => {
  expect(await languageOf(text, tokenise(text))).toBe(language);
});

test('English is recognised by its common words, and other languages are not', () => {
  expect(isEnglish(tokenise('Where is my order? It should have arrived on Monday.'))).toBe(true);
  expect(isEnglish(tokenise('Waar is mijn bestelling gebleven? De app zegt niets.'))).toBe(false);
});
