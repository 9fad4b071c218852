import { nodeFolder, takeRelease } from './other-node.mjs';

test.each([
  [['--node', '24', 'libs/kafka'], '24', ['libs/kafka']],
  [['libs/kafka', '--node=20.19.0'], '20.19.0', ['libs/kafka']],
  [['libs/kafka'], undefined, ['libs/kafka']],
])('%j', (args, release, rest) => {
  expect(takeRelease(args)).toEqual({ release, rest });
});

test.each([[['--node']], [['--node', 'latest']], [['--node=']], [['--node', '24;ls']]])(
  'refused: %j',
  (args) => {
    expect(() => takeRelease(args)).toThrow('is no version; give one like 24');
  },
);

test('a system for which npm has no Node is named', async () => {
  await expect(nodeFolder('/nowhere', '24', 'sunos-x64')).rejects.toMatchObject({
    code: 'NODE_RELEASE',
    message: expect.stringContaining('npm has none for sunos-x64'),
  });
});
