import { outgoing } from './outgoing.ts';

const own = { accept: 'application/json', 'accept-encoding': 'gzip, deflate, br' };

test('bytes and text go out as they are, under their own type', () => {
  const bytes = Buffer.from([0, 255, 13, 10]);
  expect(outgoing({ raw: { contentType: 'application/octet-stream', bytes } })).toEqual({
    headers: { ...own, 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  expect(outgoing({ raw: { contentType: 'text/plain', bytes: 'ä\n' } }).body).toBe('ä\n');
  expect(outgoing({}).body).toBeNull();
});

test("the caller's headers come before the client's own, however they are written", () => {
  const { headers } = outgoing({
    json: {},
    headers: { 'Content-Type': 'application/vnd.api+json', ACCEPT: '*/*' },
  });
  expect(headers).toEqual({ ...own, accept: '*/*', 'content-type': 'application/vnd.api+json' });
});

test('texts in JSON and in forms are well-formed, whatever strangers have cut', () => {
  const half = 'a\ud83d';
  expect(outgoing({ json: { [half]: [half] } }).body).toBe('{"a\ufffd":["a\ufffd"]}');
  expect(outgoing({ form: { a: half } }).body).toBe('a=a%EF%BF%BD');
});

test.each([
  'Host',
  'Content-Length',
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'proxy-authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Expect',
])('%s is not for the caller to set', (name) => {
  expect(() => outgoing({ headers: { [name]: '1' } })).toThrow(RangeError);
  expect(() => outgoing({ headers: { [name]: '1' } })).toThrow('set by the client itself');
});

test.each(['', 'a b', 'a:b', 'a\r\nb', 'a\0', 'ä', 'a\n'])('%j is no header name', (name) => {
  expect(() => outgoing({ headers: { [name]: '1' } })).toThrow(RangeError);
  expect(() => outgoing({ headers: { [name]: '1' } })).toThrow('is no header name');
});

test.each(['s3cret\r\nx: 1', 's3cret\n', 's3cret\r', 's3cret\0', 's3cret\x7f', 's3cret€'])(
  'a value %j is refused and not quoted',
  (value) => {
    const send = () => outgoing({ headers: { authorization: value } });
    expect(send).toThrow(RangeError);
    expect(send).toThrow('the value of "authorization" has characters');
    expect(send).not.toThrow(/s3cret/);
    expect(() => outgoing({ raw: { contentType: value, bytes: '' } })).toThrow(RangeError);
  },
);

test.each(['', 'a\tb', 'é', '"~'])('a value %j is sent', (value) => {
  expect(outgoing({ headers: { 'x-a': value } }).headers['x-a']).toBe(value);
});
