// What the mask replaces. The specs in mask/ test what stays and how long it takes.
import { maskPersonalData } from './mask.ts';
import { personalMarkers } from './test-personal-data.ts';

const masked = (text: string) => maskPersonalData(text, 'US');

test.each<[string, string]>([
  ['write to ana.doe@example.com, please', 'write to [EMAIL], please'],
  ['<mailto:Ana_Doe+shop@mail.example.co.uk>', '<mailto:[EMAIL]>'],
  ['https://x.example/?email=ana@example.com&ok=1', 'https://x.example/?email=[EMAIL]&ok=1'],
  ['"ana doe"@example.com wrote', '[EMAIL] wrote'],
  ['张三@example.com', '[EMAIL]'],
  ['راسل سارة@example.com من فضلك', 'راسل [EMAIL] من فضلك'],
  ['अमित.kumar@example.com', '[EMAIL]'],
  ['õnne@näide.ee and d@почта.рф', '[EMAIL] and [EMAIL]'],
  ['我的邮箱是ana@example.com谢谢', '我的邮箱是[EMAIL]谢谢'],
  ['ana (at) example dot com!', '[EMAIL]!'],
  ['ana dot doe at example dot co dot uk is mine', '[EMAIL] is mine'],
  ['ana[at]example[dot]com', '[EMAIL]'],
  ['ana_at_example.com', '[EMAIL]'],
  ['ana -at- example -dot- com', '[EMAIL]'],
  ['ana at gmail.com', '[EMAIL]'],
  ['my email is ana at example.com', 'my email is [EMAIL]'],
  ['ana @ example . com', '[EMAIL]'],
  ['ana%40example.com', '[EMAIL]'],
  ['ａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ', '[EMAIL]'],
  ['a\u200bn\u200ba@exam\u00adple.com', '[EMAIL]'],
])('email addresses: %j', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test.each<[string, string]>([
  ['call (212) 555-0123 now', 'call [PHONE] now'],
  ['212-555-0123, 212.555.0123 or 212 555 0123', '[PHONE], [PHONE] or [PHONE]'],
  ['order 98765 212 555 0123', 'order 98765 [PHONE]'],
  ['1-212-555-0123.', '[PHONE].'],
  ['call me on 2125550123', 'call me on [PHONE]'],
  ['2125550123', '[PHONE]'],
  ['tel:2125550123 tel2125550123', 'tel:[PHONE] tel[PHONE]'],
  ['+44 (0)20 7946 0958 is in London', '[PHONE] is in London'],
  ['(+44) 20 7946 0958', '[PHONE]'],
  ['+1 212 555 0123 2 times', '[PHONE] 2 times'],
  ['+49-30-1234567', '[PHONE]'],
  ['0044 20 7946 0958', '[PHONE]'],
  ['020 7946 0958 or 06 12 34 56 78', '[PHONE] or [PHONE]'],
  ['call 07911123456', 'call [PHONE]'],
  ["2125550123, that's my new number", "[PHONE], that's my new number"],
  ['my mobile: 5551 2345', 'my mobile: [PHONE]'],
  ['WhatsApp 447911123456', 'WhatsApp [PHONE]'],
  ['２１２－５５５－０１２３', '[PHONE]'],
  ['212\u00a0555\u20110123', '[PHONE]'],
  ['2\u200b12-5\u200b55-0123', '[PHONE]'],
  ['٢١٢ ٥٥٥ ٠١٢٣', '[PHONE]'],
  ['𝟐𝟏𝟐 𝟓𝟓𝟓 𝟎𝟏𝟐𝟑 ok', '[PHONE] ok'],
  ['2️⃣1️⃣2️⃣-5️⃣5️⃣5️⃣-0️⃣1️⃣2️⃣3️⃣', '[PHONE]'],
  ['2 1 2 5 5 5 0 1 2 3', '[PHONE]'],
  ['it is (555) 123-4567', 'it is [PHONE]'],
  ['2125551234 call me', '[PHONE] call me'],
  ['my # is 2125551234', 'my # is [PHONE]'],
  ['mein Handy 01701234567', 'mein Handy [PHONE]'],
  ['mi teléfono es 2125551234', 'mi teléfono es [PHONE]'],
  ['contact: 212 555 1234/212 555 1235', 'contact: [PHONE]/[PHONE]'],
  ['https://wa.me/14155552671', 'https://wa.me/[PHONE]'],
])('phone numbers: %j', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test('phone numbers of the given country', () => {
  expect(maskPersonalData('it is 5123 4567', 'EE')).toBe('it is [PHONE]');
  expect(masked('it is 5123 4567')).toBe('it is 5123 4567');
});

test.each<[string, string]>([
  ['4111 1111 1111 1111 exp 11/28', '[CREDIT_CARD] exp 11/28'],
  ['card 4111111111111111', 'card [CREDIT_CARD]'],
  ['5500-0055-5555-5559', '[CREDIT_CARD]'],
  ['3782 822463 10005', '[CREDIT_CARD]'],
  ['6011.1111.1111.1117', '[CREDIT_CARD]'],
  ['４１１１ １１１１ １１１１ １１１１', '[CREDIT_CARD]'],
  ['4111\u00a01111\u202f1111\u20091111', '[CREDIT_CARD]'],
  ['4\u200b1\u200b1\u200b1\u200b1111\u206011111111', '[CREDIT_CARD]'],
  ['paid 1 4111 1111 1111 1111', 'paid 1 [CREDIT_CARD]'],
  ['4111\n1111\n1111\n1111', '[CREDIT_CARD]'],
  ['2026, 4111, 1111, 1111, 1111!', '2026, [CREDIT_CARD]!'],
  ['3782\r\n822463\r\n10005', '[CREDIT_CARD]'],
  ['219-09-9999', '[SSN]'],
  ['219 09 9999 and 219.09.9999', '[SSN] and [SSN]'],
  ['ssn: 219099999', 'ssn: [SSN]'],
  ['SSN 219 099 999', 'SSN [SSN]'],
  ['social security number is 219099999', 'social security number is [SSN]'],
  ['GB82 WEST 1234 5698 7654 32 please', '[IBAN] please'],
  ['DE89370400440532013000', '[IBAN]'],
  ['IBANDE89370400440532013000', 'IBAN[IBAN]'],
  ['gb82west12345698765432', '[IBAN]'],
  ['IBAN DE89\n3704 0044 0532 0130 00', 'IBAN [IBAN]'],
  ['EE38-2200-2210-2014-5685', '[IBAN]'],
  ['MT84MALT011000012345MTLCAST001S', '[IBAN]'],
])('card, account and social security numbers: %j', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test.each<[string, string]>([
  ['from 203.0.113.7, port 80', 'from [IP], port 80'],
  ['203.0.113.7:8080 and 10.0.0.0/8', '[IP]:8080 and [IP]/8'],
  ['203[.]0[.]113[.]7', '[IP]'],
  ['at 2001:db8::1.', 'at [IP].'],
  ['[2001:db8:0:0:1:2:3:4]:443', '[[IP]]:443'],
  ['ip:2001:DB8::ff00:42:8329', 'ip:[IP]'],
  ['::ffff:192.0.2.1', '[IP]'],
])('IP addresses: %j', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test.each<[string, string]>([
  ['key sk-abcdefghijklmnopqrstuvwx', 'key [SECRET]'],
  ['sk-proj-AbC123-def_456GHI789', '[SECRET]'],
  ['Authorization: Bearer abc.def-123_x', 'Authorization: Bearer [SECRET]'],
  ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic [SECRET]'],
  ['AKIAIOSFODNN7EXAMPLE', '[SECRET]'],
  ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '[SECRET]'],
  ['5f4dcc3b5aa765d61d8327deb882cf99', '[SECRET]'],
  ['https://a.example/reset/5f4dcc3b5aa765d61d8327deb882cf99', 'https://a.example/reset/[SECRET]'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', '[SECRET]'],
  ['-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', '[SECRET]'],
  ['my password is hunter2.', 'my password is [SECRET].'],
  ['my password is sunshine and it fails', 'my password is [SECRET] and it fails'],
  ['password: "correct horse battery"', 'password: "[SECRET]"'],
  ['my password is ana@example.com', 'my password is [EMAIL]'],
  ['password: "abc ana@example.com"', 'password: "[SECRET][EMAIL]"'],
  ['contraseña: hunter2', 'contraseña: [SECRET]'],
  ['mi contraseña es hunter2', 'mi contraseña es [SECRET]'],
  ['мой пароль: hunter2', 'мой пароль: [SECRET]'],
  ['mot de passe : soleil', 'mot de passe : [SECRET]'],
  ['pwd=letmein', 'pwd=[SECRET]'],
  ['pass: hunter2x, pw hunter2', 'pass: [SECRET], pw [SECRET]'],
  ["my password's hunter2", "my password's [SECRET]"],
  ['the password for my shop account is hunter2', 'the password for my shop account is [SECRET]'],
  ['Password hunter2!x does not work', 'Password [SECRET] does not work'],
  ['the PIN is 4821', 'the PIN is [SECRET]'],
  ['your verification code: 482113', 'your verification code: [SECRET]'],
  ['the secret token is abc123xyz9', 'the secret token is [SECRET]'],
])('passwords and keys: %j', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test('none of a thousand markers is left, neither as written nor as digits only', () => {
  const markers = personalMarkers(1_000, 20);
  expect(new Set(markers.map(({ secret }) => secret)).size).toBe(1_000);
  expect(new Set(markers.map(({ kind }) => kind)).size).toBe(9);
  expect(markers.every(({ text, secret }) => text.includes(secret))).toBe(true);
  const bare = (text: string) => text.normalize('NFKC').replace(/\D/g, '');
  const left = markers.filter(({ text, secret }) => {
    const shown = masked(text);
    const digits = bare(secret);
    return shown.includes(secret) || (digits.length > 4 && bare(shown).includes(digits));
  });
  expect(left).toEqual([]);
});

test('the same seed gives the same markers, and another seed gives others', () => {
  expect(personalMarkers(50, 3)).toEqual(personalMarkers(50, 3));
  expect(personalMarkers(50, 3)).not.toEqual(personalMarkers(50, 4));
});
