import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseInput } from './parse-input.js'

const schema = z.object({ machine: z.object({ cpus: z.number().max(4) }), verify: z.boolean().default(true) })

test('what fits comes with its defaults; what does not is bad input that is named', () => {
  expect(parseInput(schema, { machine: { cpus: 2 } })).toEqual({ machine: { cpus: 2 }, verify: true })
  expect(() => parseInput(schema, { machine: { cpus: 9 } })).toThrow(
    expect.objectContaining({
      code: 'bad-input',
      data: expect.objectContaining({ details: { reason: expect.stringMatching(/^machine\.cpus: \S/) } }),
    }),
  )
  expect(() => parseInput(z.string(), 1)).toThrow(expect.objectContaining({ code: 'bad-input' }))
})
