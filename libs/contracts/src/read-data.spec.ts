import { events } from './catalogue.ts';
import { customerIdentified, leadQualified } from './events/customer.ts';
import { readData } from './read-data.ts';
import { integrationBroken, operations } from './operations.ts';

const { example } = leadQualified;

test('data that fits is read as it is, with unknown fields', () => {
  const given = { ...example, own: { deep: [1] } };
  expect(readData(leadQualified, given)).toEqual({ data: given, leftOut: [] });
});

test('a field that does not fit is left out and named, even a required one; all others stay', () => {
  const given = {
    qualification_score: 400,
    customer_email: 'n/a',
    customer_phone: null,
    topics: 'pricing',
    summary: 'Buys.',
    own: null,
  };
  expect(readData(leadQualified, given)).toEqual({
    data: { summary: 'Buys.', own: null },
    leftOut: ['qualification_score', 'customer_email', 'customer_phone', 'topics'],
  });
});

test('emails and phone numbers are brought into their plain form before they are checked', () => {
  const given = { customer_email: 'Ada <Ada@bücher.example>', customer_phone: ' +372 555 ' };
  const plain = { customer_email: 'Ada@xn--bcher-kva.example', customer_phone: '+372 555' };
  expect(readData(customerIdentified, given)).toEqual({ data: plain, leftOut: [] });
  expect(readData(customerIdentified, { customer_phone: ' +372 555 ' }).data).toEqual({
    customer_phone: '+372 555',
  });
});

test('the input is not changed', () => {
  const given = { ...example, customer_phone: ' 1 ', topics: null };
  const before = structuredClone(given);
  readData(leadQualified, given);
  readData(leadQualified, { ...given, topics: ['a'] });
  expect(given).toEqual(before);
});

test.each([...events, ...operations].map((event) => [event.type, event] as const))(
  '%s is read with any value in any field',
  (_type, event) => {
    for (const name of Object.keys(event.data.shape)) {
      for (const odd of [null, 0, '', [], {}, true, [null], { a: { b: null } }]) {
        const { data, leftOut } = readData(event, { ...event.example, [name]: odd });
        expect(name in data).toBe(!leftOut.includes(name));
        expect(leftOut.filter((other) => other !== name)).toEqual([]);
      }
    }
  },
);

test('a null that a schema allows is kept', () => {
  const given = { ...integrationBroken.example, reason: null };
  expect(readData(integrationBroken, given)).toEqual({ data: given, leftOut: [] });
});
