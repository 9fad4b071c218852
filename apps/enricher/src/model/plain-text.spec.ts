import { isPlainText } from './plain-text.ts';

test.each([
  'charged twice',
  'Can we move 3.5 TB before Friday, e.g. on 2026-11-30 at 10:30?',
  'reply within < 5 minutes, more than > 2 days is too long',
  'write to [EMAIL] or [PHONE]',
  'Wo ist meine Bestellung? Größe 42, 19.99 € & Versand',
  '我的订单在哪里？谢谢。你好。',
  'Когда вернут деньги? Т.е. сегодня?',
  'أين طلبي؟',
  'data: all of it is gone',
  'the U.S. plan (50% off) @ 10 seats',
  'thanks 🙂',
  'می\u200cخواهم سفارشم را لغو کنم',
  'क्\u200dष और क्\u200cष',
  'for the 👨\u200d👩\u200d👧\u200d👦 plan 👩🏽\u200d💻 ❤️\u200d🔥',
])('%j is plain text', (text) => {
  expect(isPlainText(text)).toBe(true);
});

test.each([
  'https://example.com/a',
  'see HTTPS://EXAMPLE.COM',
  'example.com',
  'visit shop.example please',
  'write to a.b@example.com',
  'example\uff0ecom',
  'example\uff61com',
  'ex\u0301ample.c\u0336o\u0336m',
  'пример.рф',
  'example[.]com',
  'example (dot) com',
  'www example com',
  '192.0.2.7',
  'https%3A%2F%2Fexample',
  '\\\\example\\share',
  'javascript:alert(1)',
  'mailto:someone',
  'data:text/html,x',
  '<!channel> look',
  '<@U0123>',
  '<script>alert(1)</script>',
  '\uff1cb\uff1e',
  '&lt;!here&gt;',
  '&#60;b&#62;',
  'hello @here',
  '@Channel read this',
  '[click](x)',
  '![x](y)',
  '{{secret}}',
  '${env}',
  'two\nlines',
  'nul\0',
  'bell\u0007',
  'hid\u200bden',
  'hid\u200dden',
  'hid\u200cden',
  'пре\u200dвед',
  'می\u200c\u200cخواهم',
  'می\u200bخواهم',
  'loose \u200d joiner',
  'مثال\u200c.کام',
  'turned\u202eround',
  'tag\u{e0041}',
  'half \ud83d',
  'line\u2028separator',
])('%j is not', (text) => {
  expect(isPlainText(text)).toBe(false);
});

test.each(['a', 'a.', '<', '[', ' dot ', '1.', 'é', '%2'])('a long text of %j takes a short time', (part) => {
  const text = part.repeat(1_000_000 / part.length);
  const started = performance.now();
  isPlainText(text);
  expect(performance.now() - started).toBeLessThan(3_000);
});
