import { expect, test } from 'vitest'
import { known, LEFTOVER_TOPICS, unknown } from '../facts.js'
import { findingsOf, healthyFacts, noLeftovers, severitiesOf } from '../testing/sample-facts.js'

test.each([...LEFTOVER_TOPICS, 'root-password'])('%s passes for a healthy image', (check) => {
  expect(severitiesOf(check, healthyFacts())).toEqual(['pass'])
})

test.each(LEFTOVER_TOPICS)('%s is told with its files, and removed by its fix', (topic) => {
  const [finding, ...others] = findingsOf(topic, healthyFacts({ leftovers: known(noLeftovers({ [topic]: ['/a/file'] })) }))
  expect(others).toEqual([])
  expect(finding).toMatchObject({ evidence: ['/a/file'], fix: { length: 1 } })
  expect(['error', 'warning', 'info']).toContain(finding?.severity)
  const [edit] = finding?.fix ?? []
  if (edit?.kind === 'clean') expect(edit.what).toEqual([topic])
  else expect(edit).toEqual({ kind: 'remove-file', path: '/a/file' })
})

test('many files are told in ten lines', () => {
  const logs = Array.from({ length: 300 }, (_, at) => `/var/log/${at}`)
  expect(findingsOf('logs', healthyFacts({ leftovers: known(noLeftovers({ logs })) }))[0]?.evidence).toEqual([
    ...logs.slice(0, 10),
    'and 290 more',
  ])
})

test('leftovers that could not be looked for are told once', () => {
  const facts = healthyFacts({ leftovers: unknown('no system was found') })
  expect(severitiesOf('leftovers', facts)).toEqual(['info'])
  for (const topic of LEFTOVER_TOPICS) expect(severitiesOf(topic, facts)).toEqual([])
  expect(severitiesOf('leftovers', healthyFacts())).toEqual([])
})

test('the password of root', () => {
  expect(severitiesOf('root-password', healthyFacts({ rootPassword: known('none') }))).toEqual(['error'])
  expect(severitiesOf('root-password', healthyFacts({ rootPassword: known('set') }))).toEqual(['info'])
  expect(severitiesOf('root-password', healthyFacts({ rootPassword: unknown('x') }))).toEqual(['info'])
})
