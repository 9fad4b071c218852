import { encodeRequest } from './encode-request.ts';

const own = { accept: 'application/json', 'accept-encoding': 'gzip, deflate, br' };

test('bytes and text are sent unchanged, with their own media type', () => {
  const bytes = Buffer.from([0, 255, 13, 10]);
  expect(encodeRequest({ raw: { contentType: 'application/octet-stream', bytes } })).toEqual({
    headers: { ...own, 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  expect(encodeRequest({ raw: { contentType: 'text/plain', bytes: 'ä\n' } }).body).toBe('ä\n');
  expect(encodeRequest({}).body).toBeNull();
});

test("the caller's headers replace the client's own, in upper or lower case", () => {
  const { headers } = encodeRequest({
    json: {},
    headers: { 'Content-Type': 'application/vnd.api+json', ACCEPT: '*/*' },
  });
  expect(headers).toEqual({ ...own, accept: '*/*', 'content-type': 'application/vnd.api+json' });
});

test('text in JSON and in forms is made well-formed, even if it was cut inside a character', () => {
  const half = 'a\ud83d';
  expect(encodeRequest({ json: { [half]: [half] } }).body).toBe('{"a\ufffd":["a\ufffd"]}');
  expect(encodeRequest({ form: { a: half } }).body).toBe('a=a%EF%BF%BD');
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
  expect(() => encodeRequest({ headers: { [name]: '1' } })).toThrow(RangeError);
  expect(() => encodeRequest({ headers: { [name]: '1' } })).toThrow('set by the client itself');
});

test.each(['', 'a b', 'a:b', 'a\r\nb', 'a\0', 'ä', 'a\n'])('%j is not a header name', (name) => {
  expect(() => encodeRequest({ headers: { [name]: '1' } })).toThrow(RangeError);
  expect(() => encodeRequest({ headers: { [name]: '1' } })).toThrow('is not a header name');
});

test.each(['s3cret\r\nx: 1', 's3cret\n', 's3cret\r', 's3cret\0', 's3cret\x7f', 's3cret€'])(
  'a value %j is refused and not quoted',
  (value) => {
    const send = () => encodeRequest({ headers: { authorization: value } });
    expect(send).toThrow(RangeError);
    expect(send).toThrow('the value of "authorization" has characters');
    expect(send).not.toThrow(/s3cret/);
    expect(() => encodeRequest({ raw: { contentType: value, bytes: '' } })).toThrow(RangeError);
  },
);

test.each(['', 'a\tb', 'é', '"~'])('a value %j is sent', (value) => {
  expect(encodeRequest({ headers: { 'x-a': value } }).headers['x-a']).toBe(value);
});
