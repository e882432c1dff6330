import { expect, test } from 'vitest'
import { shellLine, shellWord } from './shell-quote.js'

test('plain words stay plain and all else is quoted', () => {
  expect(shellLine(['qemu-img', 'convert', '-o', 'compat=1.1,x=y', '/a b/c', "it's", '', '$HOME', '*', 'a\nb', '~x', '#'])).toBe(
    "qemu-img convert -o compat=1.1,x=y '/a b/c' 'it'\\''s' '' '$HOME' '*' 'a\nb' '~x' '#'",
  )
})

test('a command name with an equals sign is no assignment', () => {
  expect(shellLine(['a=b', 'c=d'])).toBe("'a=b' c=d")
  expect(shellWord('json:{"a":1}')).toBe('\'json:{"a":1}\'')
})
