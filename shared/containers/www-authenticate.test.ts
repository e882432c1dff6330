import { expect, test } from 'vitest'
import { parseChallenges } from './www-authenticate.js'

test('a bearer challenge with quoted values, as registries send it', () => {
  expect(
    parseChallenges('Bearer realm="https://auth.registry.example/token",service="registry.example",scope="repository:a/b:pull,push"'),
  ).toEqual([
    {
      scheme: 'bearer',
      parameters: { realm: 'https://auth.registry.example/token', service: 'registry.example', scope: 'repository:a/b:pull,push' },
    },
  ])
})

test.each([
  ['Basic realm="x"', [{ scheme: 'basic', parameters: { realm: 'x' } }]],
  [
    'Basic realm="a, Bearer b", bearer realm = "c" , Service=d',
    [
      { scheme: 'basic', parameters: { realm: 'a, Bearer b' } },
      { scheme: 'bearer', parameters: { realm: 'c', service: 'd' } },
    ],
  ],
  [
    'Negotiate, Basic realm="say \\"hi\\""',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'say "hi"' } },
    ],
  ],
  [
    'Negotiate YWJj==, Basic realm=x',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'x' } },
    ],
  ],
  [', ,Basic realm=x,', [{ scheme: 'basic', parameters: { realm: 'x' } }]],
  ['Bearer realm="first",realm="second"', [{ scheme: 'bearer', parameters: { realm: 'first' } }]],
  [
    'Bearer realm="never closed',
    [
      { scheme: 'bearer', parameters: {} },
      { scheme: 'realm', parameters: {} },
    ],
  ],
  ['', []],
  ['"?"', []],
])('%s', (header, challenges) => {
  expect(parseChallenges(header)).toEqual(challenges)
})

test('a header without end takes no time without end', () => {
  expect(parseChallenges(`Bearer ${'a=b,'.repeat(100_000)}`)[0]).toEqual({ scheme: 'bearer', parameters: { a: 'b' } })
})
