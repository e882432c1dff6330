import { expect, test } from 'vitest'
import { requireRegistry } from './sign-in.js'

test.each(['registry.example', 'registry.example:5000', 'localhost', 'localhost:5000', '127.0.0.1:5000', '[::1]:5000'])(
  '%s is a registry',
  (text) => {
    expect(requireRegistry(` ${text} `)).toBe(text)
  },
)

test.each(['', 'https://registry.example', 'registry.example/team', 'registry', 'registry.example:tag', 'a b.example'])(
  '%j is none',
  (text) => {
    expect(() => requireRegistry(text)).toThrowError(expect.objectContaining({ code: 'bad-input' }))
  },
)
